import { PolicyGroup, securityHub, type Finding } from "ha-registry-policy-common";
import { awsStackPolicy } from "../aws-policy";
import { dataBucketsOf, logWriters, settingsOf, type Bucket } from "../buckets";
import { types, type Resource } from "../resources";

interface Lifecycle {
  rules?: { abortIncompleteMultipartUpload?: { daysAfterInitiation?: number }; status?: string }[];
}

/** Uploads that nobody finished: AWS Security Hub S3.13. */
export const multipartCleanup = awsStackPolicy(
  {
    name: "multipart-cleanup",
    group: PolicyGroup.Operation,
    description: "Buckets with images drop uploads that nobody finished.",
    reason:
      "The parts of a push that was broken off are paid for, for ever, and are in no listing: neither garbage collection nor whoever looks at the bucket finds them.",
    severity: "low",
    enforcementLevel: "mandatory",
    mend: "Add a rule with `abortIncompleteMultipartUpload: { daysAfterInitiation: 7 }` to a BucketLifecycleConfiguration.",
    controls: [securityHub("S3.13")],
  },
  [types.bucket, types.bucketLifecycle, ...logWriters],
  (resources) =>
    dataBucketsOf(resources)
      .filter(({ properties }) => !aborts(properties))
      .filter((bucket) => !settingsOf<Lifecycle>(resources, types.bucketLifecycle, bucket).some(cleansUp))
      .map((about): Finding => ({
        message: "keeps uploads that nobody finished: add a rule with `abortIncompleteMultipartUpload`",
        about,
      })),
);

function aborts({ lifecycleRules = [] }: Bucket): boolean {
  return lifecycleRules.some(
    ({ abortIncompleteMultipartUploadDays, enabled }) => enabled !== false && abortIncompleteMultipartUploadDays !== undefined,
  );
}

function cleansUp({ unknown, properties: { rules = [] } }: Resource<Lifecycle>): boolean {
  return (
    unknown.has("rules") ||
    rules.some(({ abortIncompleteMultipartUpload, status }) => status !== "Disabled" && abortIncompleteMultipartUpload !== undefined)
  );
}
