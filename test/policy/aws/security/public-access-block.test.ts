import { publicAccessBlock } from "ha-registry-policy-aws/dist/security/public-access-block";
import { bucket, setting } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const all = { blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true };
const block = (changes: Record<string, unknown> = {}) => setting("bucketPublicAccessBlock", { ...all, ...changes });

testPolicy(publicAccessBlock, {
  compliant: [
    { what: "all four", plan: bucket({}, block()) },
    {
      what: "of a bucket without a name",
      plan: bucket({ bucket: undefined }, { ...block({ bucket: unknown }), computedFrom: { bucket: ["images"] } }),
    },
  ],
  violating: [
    { what: "none", plan: bucket(), reports: [/^images: does not block public access/] },
    {
      what: "three",
      plan: bucket({}, block({ restrictPublicBuckets: false })),
      reports: [/^setting: .*set restrictPublicBuckets to true/],
    },
    { what: "of another bucket", plan: bucket({}, block({ bucket: "other" })), reports: [/^images: /] },
  ],
  undefinedProperty: [
    { what: "one is missing", plan: bucket({}, block({ blockPublicAcls: undefined })), reports: [/set blockPublicAcls to true/] },
    { what: "not known yet", plan: bucket({}, { ...block({ blockPublicAcls: unknown }), computedFrom: { blockPublicAcls: ["images"] } }) },
  ],
});
