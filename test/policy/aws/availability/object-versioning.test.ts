import { objectVersioning } from "ha-registry-policy-aws/dist/availability/object-versioning";
import { bucket, logging, setting } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const versioning = (status?: unknown, further = {}) => setting("bucketVersioning", { versioningConfiguration: { status }, ...further });

testPolicy(objectVersioning, {
  compliant: [
    { what: "switched on", plan: bucket({}, versioning("Enabled")) },
    { what: "switched on by the bucket itself", plan: bucket({ versioning: { enabled: true } }) },
    { what: "of logs", plan: [...bucket(), logging] },
    {
      what: "of a bucket whose name is not known yet",
      plan: bucket({ bucket: unknown }, { ...versioning("Enabled", { bucket: unknown }), computedFrom: { bucket: ["images"] } }),
    },
  ],
  violating: [
    { what: "none", plan: bucket(), reports: [/^images: keeps no versions/] },
    { what: "suspended", plan: bucket({}, versioning("Suspended")), reports: [/^images: /] },
    { what: "of another bucket", plan: bucket({}, versioning("Enabled", { bucket: "other" })), reports: [/^images: /] },
  ],
  undefinedProperty: [
    { what: "no status", plan: bucket({}, versioning()), reports: [/^images: /] },
    { what: "not known yet", plan: bucket({}, versioning(unknown)) },
  ],
});
