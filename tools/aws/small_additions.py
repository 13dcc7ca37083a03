"""Single operations that moto has not, or has otherwise than AWS."""

import xmltodict
from moto.acm.models import CertBundle
from moto.acm.responses import AWSCertificateManagerResponse
from moto.ecs.responses import EC2ContainerServiceResponse
from moto.elbv2.responses import ELBV2Response
from moto.route53.responses import Route53
from moto.s3.responses import S3Response


def certificates_have_the_algorithm_that_was_asked_for():
    request, describe = AWSCertificateManagerResponse.request_certificate, CertBundle.describe

    def requested(self):
        result = request(self)
        arn = result.result["CertificateArn"]
        self.acm_backend._certificates[arn].wanted_algorithm = self._get_param("KeyAlgorithm")
        return result

    def described(self):
        result = describe(self)
        wanted = getattr(self, "wanted_algorithm", None)
        if wanted:
            result["Certificate"]["KeyAlgorithm"] = wanted
        return result

    AWSCertificateManagerResponse.request_certificate = requested
    CertBundle.describe = described


def balancers_keep_whether_private_links_obey_their_groups():
    put = ELBV2Response.set_security_groups
    parameter = "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"

    def kept(self):
        result = put(self)
        balancer = self.elbv2_backend.load_balancers[self._get_param("LoadBalancerArn")]
        balancer.enforce_security_group_inbound_rules_on_private_link_traffic = self._get_param(parameter)
        return result

    ELBV2Response.set_security_groups = kept


def buckets_are_made_with_tags():
    put = S3Response._bucket_response_put

    def tagged(self, request, bucket_name, querystring):
        result = put(self, request, bucket_name, querystring)
        if not querystring and self.body:
            configuration = xmltodict.parse(self.body).get("CreateBucketConfiguration") or {}
            tags = (configuration.get("Tags") or {}).get("Tag") or []
            tags = tags if isinstance(tags, list) else [tags]
            if tags:
                self.backend.put_bucket_tagging(bucket_name, {tag["Key"]: tag.get("Value") or "" for tag in tags})
        return result

    S3Response._bucket_response_put = tagged


def services_keep_what_moto_does_not_look_at():
    kept = {
        "availabilityZoneRebalancing": "availability_zone_rebalancing",
        "enableECSManagedTags": "enable_ecs_managed_tags",
        "healthCheckGracePeriodSeconds": "health_check_grace_period_seconds",
    }

    def keeping(change):
        def changed(self):
            result = change(self)
            for parameter, attribute in kept.items():
                if self._get_param(parameter) is not None:
                    setattr(result.result["service"], attribute, self._get_param(parameter))
            return result

        return changed

    EC2ContainerServiceResponse.create_service = keeping(EC2ContainerServiceResponse.create_service)
    EC2ContainerServiceResponse.update_service = keeping(EC2ContainerServiceResponse.update_service)


def zones_with_a_network_are_private():
    get = Route53._get_bool_param

    def asked(self, name, if_none=None):
        if name == "HostedZoneConfig.PrivateZone" and self._get_param("VPC.VPCId"):
            return True
        return get(self, name, if_none)

    Route53._get_bool_param = asked


def install():
    zones_with_a_network_are_private()
    services_keep_what_moto_does_not_look_at()
    certificates_have_the_algorithm_that_was_asked_for()
    balancers_keep_whether_private_links_obey_their_groups()
    buckets_are_made_with_tags()
