import { multipartCleanup } from "ha-registry-policy-aws/dist/operation/multipart-cleanup";
import { bucket, logging, setting } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const rules = (...given: unknown[]) => setting("bucketLifecycle", { rules: given });
const rule = { id: "uploads", status: "Enabled", abortIncompleteMultipartUpload: { daysAfterInitiation: 7 } };

testPolicy(multipartCleanup, {
  compliant: [
    { what: "dropped", plan: bucket({}, rules(rule)) },
    { what: "dropped by the bucket itself", plan: bucket({ lifecycleRules: [{ enabled: true, abortIncompleteMultipartUploadDays: 7 }] }) },
    { what: "of logs", plan: [...bucket(), logging] },
  ],
  violating: [
    { what: "kept", plan: bucket(), reports: [/^images: keeps uploads that nobody finished/] },
    { what: "switched off", plan: bucket({}, rules({ ...rule, status: "Disabled" })), reports: [/^images: /] },
    {
      what: "other rules",
      plan: bucket({}, rules({ id: "old", status: "Enabled", noncurrentVersionExpiration: {} })),
      reports: [/^images: /],
    },
  ],
  undefinedProperty: [
    { what: "no rules", plan: bucket({}, setting("bucketLifecycle", {})), reports: [/^images: /] },
    { what: "not known yet", plan: bucket({}, { ...rules(unknown), computedFrom: { rules: ["images"] } }) },
  ],
});
