import { mlps, PolicyGroup, securityHub, type Finding } from "ha-registry-policy-common";
import { awsStackPolicy } from "../aws-policy";
import { bucketsOf, settingsOf } from "../buckets";
import { isForEveryone, listed, statementsOf, type Statement } from "../documents";
import { types, type Resource } from "../resources";

interface BucketPolicy {
  policy?: unknown;
}

/** Buckets that answer in clear: AWS Security Hub S3.5. */
export const bucketTls = awsStackPolicy(
  {
    name: "bucket-tls",
    group: PolicyGroup.Security,
    description: "Every bucket refuses requests without TLS.",
    reason:
      "S3 answers plain HTTP, too. Clients are sent to the bucket with a signature in the URL: in clear it is good for everyone on the way, until it ends.",
    severity: "high",
    enforcementLevel: "mandatory",
    mend: "Add a BucketPolicy that denies `s3:*` to `*` where `aws:SecureTransport` is false, for the bucket and its objects.",
    controls: [securityHub("S3.5"), mlps("8.1.4.8")],
  },
  [types.bucket, types.bucketPolicy],
  (resources) =>
    bucketsOf(resources)
      .filter((bucket) => !statementsOf(bucket.properties.policy).some(refusesPlain))
      .filter((bucket) => !settingsOf<BucketPolicy>(resources, types.bucketPolicy, bucket).some(refuses))
      .map((about): Finding => ({
        message: "answers requests without TLS: add a BucketPolicy that denies them (`aws:SecureTransport`)",
        about,
      })),
);

function refuses({ unknown, properties: { policy } }: Resource<BucketPolicy>): boolean {
  // A document is text that names the bucket, mostly not known before `up`.
  return statementsOf(policy).some(refusesPlain) || unknown.has("policy");
}

function refusesPlain(statement: Statement): boolean {
  const { Action, Condition = {}, Effect } = statement;
  const plain = Object.entries(Condition).some(
    ([operator, keys]) =>
      /^Bool(?:IfExists)?$/.test(operator) &&
      Object.entries(keys).some(
        ([key, values]) => key.toLowerCase() === "aws:securetransport" && [values].flat().every((value) => String(value) === "false"),
      ),
  );
  return (
    Effect === "Deny" &&
    plain &&
    isForEveryone(statement) &&
    listed(Action).some((action) => action === "*" || action.toLowerCase() === "s3:*")
  );
}
