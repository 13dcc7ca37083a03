import { bucketEncryption } from "ha-registry-policy-aws/dist/security/bucket-encryption";
import { bucket, logging, setting } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const encryption = (given: Record<string, unknown>) =>
  setting("bucketEncryption", { rules: [{ applyServerSideEncryptionByDefault: given }] });
const own = { sseAlgorithm: "aws:kms", kmsMasterKeyId: "arn:aws:kms:eu-central-1:1:key/x" };

testPolicy(bucketEncryption, {
  compliant: [
    { what: "a key of one's own", plan: bucket({}, encryption(own)) },
    { what: "twice", plan: bucket({}, encryption({ ...own, sseAlgorithm: "aws:kms:dsse" })) },
    {
      what: "by the bucket itself",
      plan: bucket({ serverSideEncryptionConfiguration: { rule: { applyServerSideEncryptionByDefault: own } } }),
    },
    { what: "of logs", plan: [...bucket({}, encryption({ sseAlgorithm: "AES256" })), logging] },
    { what: "a key that is not known yet", plan: bucket({}, encryption({ ...own, kmsMasterKeyId: unknown })) },
  ],
  violating: [
    { what: "none", plan: bucket(), reports: [/^images: is not encrypted with a KMS key/] },
    { what: "what S3 does by itself", plan: bucket({}, encryption({ sseAlgorithm: "AES256" })), reports: [/^images: /] },
    { what: "a key of AWS's", plan: bucket({}, encryption({ sseAlgorithm: "aws:kms" })), reports: [/^images: /] },
    {
      what: "what S3 does by itself, by the bucket itself",
      plan: bucket({ serverSideEncryptionConfiguration: { rule: { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } } } }),
      reports: [/^images: /],
    },
  ],
  undefinedProperty: [
    { what: "no rules", plan: bucket({}, setting("bucketEncryption", {})), reports: [/^images: /] },
    { what: "not known yet", plan: bucket({}, setting("bucketEncryption", { rules: unknown })) },
  ],
});
