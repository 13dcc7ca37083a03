import { bucketTls } from "ha-registry-policy-aws/dist/security/bucket-tls";
import { bucket, document, setting } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const refusal = {
  Effect: "Deny",
  Principal: "*",
  Action: "s3:*",
  Resource: ["arn:aws:s3:::images", "arn:aws:s3:::images/*"],
  Condition: { Bool: { "aws:SecureTransport": "false" } },
};
const policy = (changes: Record<string, unknown> = {}) => setting("bucketPolicy", { policy: document({ ...refusal, ...changes }) });

testPolicy(bucketTls, {
  compliant: [
    { what: "refused", plan: bucket({}, policy()) },
    { what: "refused to all of AWS", plan: bucket({}, policy({ Principal: { AWS: "*" } })) },
    { what: "an object instead of text", plan: bucket({}, setting("bucketPolicy", { policy: { Statement: [refusal] } })) },
    { what: "a policy of the bucket itself", plan: bucket({ policy: document(refusal) }) },
  ],
  violating: [
    { what: "no policy", plan: bucket(), reports: [/^images: answers requests without TLS/] },
    {
      what: "another condition",
      plan: bucket({}, policy({ Condition: { Bool: { "aws:SecureTransport": "true" } } })),
      reports: [/^images: /],
    },
    { what: "a part of what can be done", plan: bucket({}, policy({ Action: "s3:GetObject" })), reports: [/^images: /] },
    { what: "one account", plan: bucket({}, policy({ Principal: { AWS: "arn:aws:iam::1:root" } })), reports: [/^images: /] },
    { what: "no text of a policy", plan: bucket({}, setting("bucketPolicy", { policy: "{" })), reports: [/^images: /] },
  ],
  undefinedProperty: [
    { what: "no document", plan: bucket({}, setting("bucketPolicy", {})), reports: [/^images: /] },
    { what: "not known yet", plan: bucket({}, setting("bucketPolicy", { policy: unknown })) },
  ],
});
