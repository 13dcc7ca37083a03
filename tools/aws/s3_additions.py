"""S3's tiers by age of use, which moto has not, and its replication, of which moto tells half."""

from moto.core.responses import ActionResult
from moto.s3.responses import S3Response

TIERING = "intelligent-tiering"

MISSING = "<Error><Code>NoSuchConfiguration</Code><Message>The specified configuration does not exist.</Message></Error>"


def tiers_by_age_of_use():
    put, get, delete = S3Response._bucket_response_put, S3Response._bucket_response_get, S3Response._bucket_response_delete

    def tiers(response, bucket_name):
        """What a client sent is what it is given back, by name."""
        bucket = response.backend.get_bucket(bucket_name)
        if not hasattr(bucket, "tiers"):
            bucket.tiers = {}
        return bucket.tiers

    def putting(self, request, bucket_name, querystring):
        if TIERING not in querystring:
            return put(self, request, bucket_name, querystring)
        tiers(self, bucket_name)[querystring["id"][0]] = self.body
        return ""

    def getting(self, bucket_name, querystring):
        if TIERING not in querystring:
            return get(self, bucket_name, querystring)
        found = tiers(self, bucket_name).get(querystring["id"][0])
        return (404, {}, MISSING) if found is None else (200, {}, found)

    def deleting(self, bucket_name, querystring):
        if TIERING not in querystring:
            return delete(self, bucket_name, querystring)
        tiers(self, bucket_name).pop(querystring["id"][0], None)
        return 204, {}, ""

    S3Response._bucket_response_put = putting
    S3Response._bucket_response_get = getting
    S3Response._bucket_response_delete = deleting


def replication_is_told_as_it_was_given():
    get = S3Response.get_bucket_replication

    def getting(self):
        replication = self.backend.get_bucket_replication(self.bucket_name)
        if not replication:
            return get(self)
        self.data["Action"] = "GetBucketReplication"
        rules = [{**rule, "Filter": rule.get("Filter") or {"Prefix": ""}} for rule in replication["Rule"]]
        return self.serialized(ActionResult({"ReplicationConfiguration": {"Role": replication["Role"], "Rules": rules}}))

    S3Response.get_bucket_replication = getting


def install():
    tiers_by_age_of_use()
    replication_is_told_as_it_was_given()
