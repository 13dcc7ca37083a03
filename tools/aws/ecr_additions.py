"""ECR's pull-through caches, templates of repositories and settings of an account, which moto has not."""

import json
import time

from moto.core.responses import ActionResult
from moto.ecr.responses import ECRResponse

from additions import extend, refusals_of, region_of

refuse = refusals_of("ecr")

# What AWS has where nothing was put.
SETTINGS = {"BASIC_SCAN_TYPE_VERSION": "AWS_NATIVE", "BLOB_MOUNTING": "DISABLED", "REGISTRY_POLICY_SCOPE": "V2"}


class Additions:
    def _objects(self, kind):
        return region_of(self, "ecr").objects[kind]

    def _parameters(self):
        return json.loads(self.body)

    def _made(self, kind, key, exists):
        parameters = self._parameters()
        if parameters[key] in self._objects(kind):
            refuse(exists, f"{parameters[key]} exists.")
        return self._put(kind, key, {"createdAt": time.time(), "registryId": self.current_account, **parameters})

    def _put(self, kind, key, thing):
        self._objects(kind)[thing[key]] = {**thing, "updatedAt": time.time()}
        return ActionResult(self._objects(kind)[thing[key]])

    def _found(self, kind, key, missing):
        name = self._parameters()[key]
        if name not in self._objects(kind):
            refuse(missing, f"{name} does not exist.")
        return self._objects(kind)[name]

    def _chosen(self, kind, names, missing):
        for name in names or []:
            if name not in self._objects(kind):
                refuse(missing, f"{name} does not exist.")
        return [thing for name, thing in self._objects(kind).items() if names is None or name in names]

    # Pull-through caches

    def create_pull_through_cache_rule(self):
        return self._made("rules", "ecrRepositoryPrefix", "PullThroughCacheRuleAlreadyExistsException")

    def describe_pull_through_cache_rules(self):
        names = self._parameters().get("ecrRepositoryPrefixes")
        return ActionResult({"pullThroughCacheRules": self._chosen("rules", names, "PullThroughCacheRuleNotFoundException")})

    def update_pull_through_cache_rule(self):
        rule = self._found("rules", "ecrRepositoryPrefix", "PullThroughCacheRuleNotFoundException")
        return self._put("rules", "ecrRepositoryPrefix", {**rule, **self._parameters()})

    def delete_pull_through_cache_rule(self):
        rule = self._found("rules", "ecrRepositoryPrefix", "PullThroughCacheRuleNotFoundException")
        return ActionResult(self._objects("rules").pop(rule["ecrRepositoryPrefix"]))

    # Templates of repositories

    def create_repository_creation_template(self):
        made = self._made("templates", "prefix", "TemplateAlreadyExistsException")
        return self._template(made.result)

    def _template(self, template):
        return ActionResult({"registryId": self.current_account, "repositoryCreationTemplate": template})

    def describe_repository_creation_templates(self):
        templates = self._chosen("templates", self._parameters().get("prefixes"), "TemplateNotFoundException")
        return ActionResult({"registryId": self.current_account, "repositoryCreationTemplates": templates})

    def update_repository_creation_template(self):
        template = self._found("templates", "prefix", "TemplateNotFoundException")
        return self._template(self._put("templates", "prefix", {**template, **self._parameters()}).result)

    def delete_repository_creation_template(self):
        template = self._found("templates", "prefix", "TemplateNotFoundException")
        return self._template(self._objects("templates").pop(template["prefix"]))

    # Settings of an account

    def put_account_setting(self):
        parameters = self._parameters()
        self._objects("settings")[parameters["name"]] = parameters["value"]
        return self.get_account_setting()

    def get_account_setting(self):
        name = self._parameters()["name"]
        return ActionResult({"name": name, "value": self._objects("settings").get(name, SETTINGS.get(name))})


def install():
    extend(ECRResponse, Additions)
