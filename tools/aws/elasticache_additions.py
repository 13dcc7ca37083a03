"""ElastiCache. moto has no parameter groups and user groups, deletes no subnet group, changes little, and makes no members of a replication group."""

from moto.core.responses import ActionResult
from moto.elasticache.responses import ElastiCacheResponse

from additions import extend, refusals_of, region_of

refuse = refusals_of("elasticache")

# What a parameter's change becomes in a replication group, where it is called otherwise.
RENAMED = {"ReplicationGroupDescription": "Description"}

# What AWS takes where no version is given.
VERSIONS = {"redis": "7.1.0", "valkey": "8.1.0"}

# Parameters of a replication group that only its members show.
OF_MEMBERS = (
    "AtRestEncryptionEnabled",
    "AutoMinorVersionUpgrade",
    "CacheNodeType",
    "CacheSubnetGroupName",
    "PreferredMaintenanceWindow",
    "TransitEncryptionEnabled",
    "TransitEncryptionMode",
)


def found(region, kind, name, code):
    if name not in region.objects[kind]:
        refuse(code, f"{name} not found.")
    return region.objects[kind][name]


def chosen(region, kind, name, code):
    """One object where one is named, else all."""
    return [found(region, kind, name, code)] if name else list(region.objects[kind].values())


def members(group, parameters):
    """The nodes of a replication group, and the group of nodes that says which they are."""
    name = group["ReplicationGroupId"]
    domain = f"{name}.moto.cache.amazonaws.com"
    group["MemberClusters"] = [f"{name}-{number:03}" for number in range(1, group["size"] + 1)]
    group["NodeGroups"] = [
        {
            "NodeGroupId": "0001",
            "Status": "available",
            "PrimaryEndpoint": {"Address": f"master.{domain}", "Port": parameters.get("Port", 6379)},
            "ReaderEndpoint": {"Address": f"replica.{domain}", "Port": parameters.get("Port", 6379)},
            "NodeGroupMembers": [{"CacheClusterId": member, "CacheNodeId": "0001"} for member in group["MemberClusters"]],
        }
    ]


def member(group, name):
    parameters = group["parameters"]
    engine = parameters.get("Engine", "redis")
    version = parameters.get("EngineVersion", VERSIONS[engine])
    return {
        **{key: parameters[key] for key in OF_MEMBERS if key in parameters},
        "CacheClusterId": name,
        "ReplicationGroupId": group["ReplicationGroupId"],
        "CacheClusterStatus": "available",
        "NumCacheNodes": 1,
        "Engine": engine,
        # A version is given without the last of its numbers.
        "EngineVersion": version if version.count(".") == 2 else f"{version}.0",
        "AuthTokenEnabled": bool(parameters.get("AuthToken")),
        "CacheParameterGroup": {"CacheParameterGroupName": parameters.get("CacheParameterGroupName"), "ParameterApplyStatus": "in-sync"},
        "SecurityGroups": [{"SecurityGroupId": each, "Status": "active"} for each in parameters.get("SecurityGroupIds", [])],
    }


class Additions:
    def _elasticache(self):
        return region_of(self, "elasticache")

    def _tag(self, arn, parameters):
        self.elasticache_backend.tagging_service.tag_resource(arn, parameters.get("Tags", []))

    # Replication groups

    def create_replication_group(self):
        region, parameters = self._elasticache(), dict(self._get_params())
        name = parameters["ReplicationGroupId"]
        if name in region.objects["groups"]:
            refuse("ReplicationGroupAlreadyExists", f"{name} exists.")
        group = {
            "ReplicationGroupId": name,
            "Status": "available",
            "ClusterEnabled": False,
            "ClusterMode": "disabled",
            "DataTiering": "disabled",
            "NetworkType": "ipv4",
            "IpDiscovery": "ipv4",
            "SnapshotRetentionLimit": 0,
            "SnapshotWindow": "05:00-06:00",
            "KmsKeyId": parameters.get("KmsKeyId"),
            "UserGroupIds": list(parameters.get("UserGroupIds", [])),
            "ARN": region.arn("elasticache", "replicationgroup", name),
            # Of no meaning to AWS: what is not told as it is given.
            "size": parameters.get("NumCacheClusters", 1 + parameters.get("ReplicasPerNodeGroup", 0)),
            "parameters": {"PreferredMaintenanceWindow": "sun:05:00-sun:06:00", **parameters},
        }
        members(group, parameters)
        region.objects["groups"][name] = group
        self._tag(group["ARN"], parameters)
        return self._changed(group, parameters)

    def _changed(self, group, parameters):
        for key, value in parameters.items():
            key = RENAMED.get(key, key)
            if key in ("Description", "Engine", "CacheNodeType", "SnapshotRetentionLimit", "SnapshotWindow", "AutoMinorVersionUpgrade"):
                group[key] = value
            if key in ("AtRestEncryptionEnabled", "TransitEncryptionEnabled", "TransitEncryptionMode"):
                group[key] = value
        group["AuthTokenEnabled"] = bool(group["parameters"].get("AuthToken"))
        group["AutomaticFailover"] = "enabled" if group["parameters"].get("AutomaticFailoverEnabled") else "disabled"
        group["MultiAZ"] = "enabled" if group["parameters"].get("MultiAZEnabled") else "disabled"
        # Logs are delivered from the beginning.
        wanted = parameters.get("LogDeliveryConfigurations", [])
        kept = [each for each in group.get("LogDeliveryConfigurations", []) if each["LogType"] not in [new["LogType"] for new in wanted]]
        group["LogDeliveryConfigurations"] = kept + [{**new, "Status": "active"} for new in wanted if new.get("Enabled", True)]
        return ActionResult({"ReplicationGroup": group})

    def describe_replication_groups(self):
        name = self._get_param("ReplicationGroupId")
        return ActionResult({"ReplicationGroups": chosen(self._elasticache(), "groups", name, "ReplicationGroupNotFoundFault")})

    def _group(self, parameters):
        return found(self._elasticache(), "groups", parameters["ReplicationGroupId"], "ReplicationGroupNotFoundFault")

    def modify_replication_group(self):
        parameters = dict(self._get_params())
        group = self._group(parameters)
        group["parameters"].update(parameters)
        removed = parameters.get("UserGroupIdsToRemove", [])
        kept = [each for each in group["UserGroupIds"] if each not in removed]
        group["UserGroupIds"] = kept + list(parameters.get("UserGroupIdsToAdd", []))
        return self._changed(group, parameters)

    def _resize(self):
        parameters = dict(self._get_params())
        group = self._group(parameters)
        group["size"] = parameters["NewReplicaCount"] + 1
        members(group, group["parameters"])
        return ActionResult({"ReplicationGroup": group})

    increase_replica_count = _resize
    decrease_replica_count = _resize

    def delete_replication_group(self):
        group = self._group(self._get_params())
        del self._elasticache().objects["groups"][group["ReplicationGroupId"]]
        return ActionResult({"ReplicationGroup": {**group, "Status": "deleting"}})

    def describe_cache_clusters(self):
        wanted = self._get_param("CacheClusterId")
        groups = self._elasticache().objects["groups"].values()
        clusters = [member(group, name) for group in groups for name in group["MemberClusters"] if wanted in (None, name)]
        if wanted and not clusters:
            refuse("CacheClusterNotFound", f"{wanted} not found.")
        return ActionResult({"CacheClusters": clusters})

    # Groups of subnets, which moto makes and describes

    def _subnet_group(self):
        groups, name = self.elasticache_backend.cache_subnet_groups, self._get_param("CacheSubnetGroupName")
        if name not in groups:
            refuse("CacheSubnetGroupNotFoundFault", f"{name} not found.")
        return groups, name

    def modify_cache_subnet_group(self):
        groups, name = self._subnet_group()
        old = groups.pop(name)
        description = self._get_param("CacheSubnetGroupDescription") or old.cache_subnet_group_description
        subnet_ids = self._get_param("SubnetIds") or old.subnet_ids
        new = self.elasticache_backend.create_cache_subnet_group(name, description, subnet_ids, old.tags)
        return ActionResult({"CacheSubnetGroup": new})

    def delete_cache_subnet_group(self):
        groups, name = self._subnet_group()
        del groups[name]
        return ActionResult({})

    # Parameter groups

    def create_cache_parameter_group(self):
        region, parameters = self._elasticache(), self._get_params()
        name = parameters["CacheParameterGroupName"]
        group = {
            "CacheParameterGroupName": name,
            "CacheParameterGroupFamily": parameters["CacheParameterGroupFamily"],
            "Description": parameters["Description"],
            "IsGlobal": False,
            "ARN": region.arn("elasticache", "parametergroup", name),
        }
        region.objects["parameter groups"][name] = group
        region.objects["parameters"][name] = {}
        self._tag(group["ARN"], parameters)
        return ActionResult({"CacheParameterGroup": group})

    def describe_cache_parameter_groups(self):
        name = self._get_param("CacheParameterGroupName")
        groups = chosen(self._elasticache(), "parameter groups", name, "CacheParameterGroupNotFound")
        return ActionResult({"CacheParameterGroups": groups})

    def _parameters(self):
        return found(self._elasticache(), "parameters", self._get_param("CacheParameterGroupName"), "CacheParameterGroupNotFound")

    def describe_cache_parameters(self):
        given = [{"ParameterName": name, "ParameterValue": value, "Source": "user"} for name, value in self._parameters().items()]
        return ActionResult({"Parameters": given})

    def modify_cache_parameter_group(self):
        for each in self._get_param("ParameterNameValues"):
            self._parameters()[each["ParameterName"]] = each["ParameterValue"]
        return ActionResult({"CacheParameterGroupName": self._get_param("CacheParameterGroupName")})

    def reset_cache_parameter_group(self):
        for each in self._get_param("ParameterNameValues") or []:
            self._parameters().pop(each["ParameterName"], None)
        return ActionResult({"CacheParameterGroupName": self._get_param("CacheParameterGroupName")})

    def delete_cache_parameter_group(self):
        self._parameters()
        name = self._get_param("CacheParameterGroupName")
        for kind in ("parameter groups", "parameters"):
            del self._elasticache().objects[kind][name]
        return ActionResult({})

    # Users, which moto makes, describes and deletes, and their groups

    def modify_user(self):
        user = self.elasticache_backend.users.get(self._get_param("UserId"))
        if user is None:
            refuse("UserNotFound", f"{self._get_param('UserId')} not found.")
        mode = self._get_param("AuthenticationMode") or {}
        user.passwords = self._get_param("Passwords") or mode.get("Passwords") or user.passwords
        user.access_string = self._get_param("AccessString") or user.access_string
        return ActionResult(user)

    def create_user_group(self):
        region, parameters = self._elasticache(), self._get_params()
        name = parameters["UserGroupId"]
        group = {
            "UserGroupId": name,
            "Status": "active",
            "Engine": parameters["Engine"].lower(),
            "UserIds": list(parameters.get("UserIds", [])),
            "ReplicationGroups": [],
            "ARN": region.arn("elasticache", "usergroup", name),
        }
        region.objects["user groups"][name] = group
        self._tag(group["ARN"], parameters)
        return ActionResult(group)

    def describe_user_groups(self):
        return ActionResult({"UserGroups": chosen(self._elasticache(), "user groups", self._get_param("UserGroupId"), "UserGroupNotFound")})

    def _user_group(self):
        return found(self._elasticache(), "user groups", self._get_param("UserGroupId"), "UserGroupNotFound")

    def modify_user_group(self):
        group, removed = self._user_group(), self._get_param("UserIdsToRemove") or []
        group["UserIds"] = [each for each in group["UserIds"] if each not in removed] + list(self._get_param("UserIdsToAdd") or [])
        return ActionResult(group)

    def delete_user_group(self):
        group = self._user_group()
        del self._elasticache().objects["user groups"][group["UserGroupId"]]
        return ActionResult({**group, "Status": "deleting"})

    # Tags, which moto has of some kinds only

    def list_tags_for_resource(self):
        return self._tags()

    def add_tags_to_resource(self):
        self._tag(self._get_param("ResourceName"), self._get_params())
        return self._tags()

    def remove_tags_from_resource(self):
        self.elasticache_backend.tagging_service.untag_resource_using_names(self._get_param("ResourceName"), self._get_param("TagKeys"))
        return self._tags()

    def _tags(self):
        return ActionResult({"TagList": self.elasticache_backend.tagging_service.list_tags_for_resource(self._get_param("ResourceName"))["Tags"]})


def install():
    extend(ElastiCacheResponse, Additions)
