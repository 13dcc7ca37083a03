"""CloudFront's groups of keys, which moto neither changes nor deletes, and of which it forgets the comment."""

from moto.cloudfront.models import KeyGroup
from moto.cloudfront.responses import CloudFrontResponse
from moto.core.responses import ActionResult, EmptyResult

from additions import extend, refusals_of

refuse = refusals_of("cloudfront")


def configuration(group):
    told = {"Name": group.name, "Items": group.items, "Comment": getattr(group, "comment", None)}
    return {key: value for key, value in told.items() if value is not None}


class Additions:
    def create_key_group(self):
        wanted = self._get_param("KeyGroupConfig")
        group = self.backend.create_key_group(wanted["Name"], list(wanted["Items"]))
        group.comment = wanted.get("Comment")
        return ActionResult({"KeyGroup": group, "Location": group.location, "ETag": group.etag})

    def _group(self):
        name = self._get_param("Id")
        if name not in self.backend.key_groups:
            refuse("NoSuchResource", f"{name} does not exist.")
        return self.backend.key_groups[name]

    def update_key_group(self):
        group, wanted = self._group(), self._get_param("KeyGroupConfig")
        group.name, group.items, group.comment = wanted["Name"], list(wanted["Items"]), wanted.get("Comment")
        return ActionResult({"KeyGroup": group, "ETag": group.etag})

    def delete_key_group(self):
        del self.backend.key_groups[self._group().id]
        return EmptyResult()


def install():
    KeyGroup.key_group_config = property(configuration)
    extend(CloudFrontResponse, Additions)
