import { guides, mlps, PolicyGroup, securityHub, type Finding } from "ha-registry-policy-common";
import { awsStackPolicy } from "../aws-policy";
import { dataBucketsOf, logWriters, settingsOf, type EncryptionRule } from "../buckets";
import { types, type Resource } from "../resources";

interface Encryption {
  rules?: EncryptionRule[];
}

/** Images at rest: AWS Security Hub S3.17, MLPS 8.1.4.8. */
export const bucketEncryption = awsStackPolicy(
  {
    name: "bucket-encryption",
    group: PolicyGroup.Security,
    description: "Buckets with images are encrypted with a KMS key of one's own.",
    reason:
      "What S3 encrypts by itself everyone reads who may read the bucket. A key of one's own is a second right, its use is logged, and taking it away locks every copy at once.",
    severity: "high",
    enforcementLevel: "mandatory",
    mend: 'Add a BucketServerSideEncryptionConfiguration with `sseAlgorithm: "aws:kms"` and `kmsMasterKeyId`, and `bucketKeyEnabled: true` for the price. Buckets of logs are left out: application load balancers cannot write into one with a key.',
    controls: [securityHub("S3.17"), mlps("8.1.4.8"), guides("encrypted storage")],
  },
  [types.bucket, types.bucketEncryption, ...logWriters],
  (resources) =>
    dataBucketsOf(resources)
      .filter(({ properties: { serverSideEncryptionConfiguration: inline } }) => inline?.rule === undefined || !isByKey(inline.rule))
      .filter((bucket) => !settingsOf<Encryption>(resources, types.bucketEncryption, bucket).some(isEncrypting))
      .map((about): Finding => ({ message: "is not encrypted with a KMS key: add a BucketServerSideEncryptionConfiguration", about })),
);

function isEncrypting({ unknown, properties: { rules = [] } }: Resource<Encryption>): boolean {
  const known = rules.filter(({ applyServerSideEncryptionByDefault }) => applyServerSideEncryptionByDefault?.sseAlgorithm !== undefined);
  return known.length === 0 ? unknown.has("rules") : known.some((rule) => isByKey(rule, unknown.has("rules")));
}

/** Without its own key the algorithm takes one of AWS's, which nobody can take away. */
function isByKey({ applyServerSideEncryptionByDefault: given = {} }: EncryptionRule, mayBeHidden = false): boolean {
  const { kmsMasterKeyId, sseAlgorithm = "" } = given;
  return sseAlgorithm.startsWith("aws:kms") && (kmsMasterKeyId !== undefined || mayBeHidden);
}
