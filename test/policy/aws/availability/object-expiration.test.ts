import { objectExpiration } from "ha-registry-policy-aws/dist/availability/object-expiration";
import { bucket, logging, setting } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const rule = (properties: Record<string, unknown>) =>
  bucket({}, setting("bucketLifecycle", { rules: [{ id: "one", status: "Enabled", ...properties }] }));

testPolicy(objectExpiration, {
  compliant: [
    { what: "old versions", plan: rule({ noncurrentVersionExpiration: { noncurrentDays: 30 } }) },
    { what: "markers of what was deleted", plan: rule({ expiration: { expiredObjectDeleteMarker: true } }) },
    { what: "the same, as the provider fills it in", plan: rule({ expiration: { date: "", days: 0, expiredObjectDeleteMarker: true } }) },
    { what: "elsewhere", plan: rule({ filter: { prefix: "reports/" }, expiration: { days: 30 } }) },
    { what: "switched off", plan: rule({ status: "Disabled", expiration: { days: 30 } }) },
    { what: "of logs", plan: [...rule({ expiration: { days: 30 } }), logging] },
  ],
  violating: [
    { what: "all objects", plan: rule({ expiration: { days: 30 } }), reports: [/^setting: deletes layers by their age \(all objects\)/] },
    {
      what: "layers alone",
      plan: rule({ filter: { and: { prefix: "docker/registry/v2/blobs/" } }, expiration: { date: "2027-01-01T00:00:00Z" } }),
      reports: [/below docker\/registry\/v2\/blobs/],
    },
    {
      what: "a rule of the bucket itself",
      plan: bucket({ lifecycleRules: [{ enabled: true, expiration: { days: 1 } }] }),
      reports: [/^images: deletes layers/],
    },
  ],
  undefinedProperty: [
    { what: "no rules", plan: bucket({}, setting("bucketLifecycle", {})) },
    { what: "not known yet", plan: rule({ expiration: unknown }) },
  ],
  configured: [
    {
      what: "a directory of the registry's own",
      plan: rule({ filter: { prefix: "team/" }, expiration: { days: 30 } }),
      configuration: { dataPrefixes: ["team/images/"] },
      reports: [/^setting: /],
    },
  ],
});
