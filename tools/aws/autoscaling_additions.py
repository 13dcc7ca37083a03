"""Tags of what Application Auto Scaling scales, which moto has not."""

import json

from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse

from additions import extend, region_of


class Additions:
    def _tags(self):
        return region_of(self, "application-autoscaling").objects["tags"].setdefault(self._get_param("ResourceARN"), {})

    def list_tags_for_resource(self):
        return json.dumps({"Tags": self._tags()})

    def tag_resource(self):
        self._tags().update(self._get_param("Tags") or {})
        return "{}"

    def untag_resource(self):
        for key in self._get_param("TagKeys") or []:
            self._tags().pop(key, None)
        return "{}"


def install():
    extend(ApplicationAutoScalingResponse, Additions)
