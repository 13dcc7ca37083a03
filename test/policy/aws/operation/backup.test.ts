import { backup } from "ha-registry-policy-aws/dist/operation/backup";
import { bucket, logging, resource, service, setting, task } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const registry = [task(), service()];
const replication = setting("bucketReplication", { rules: [{ status: "Enabled", destination: { bucket: "arn:aws:s3:::far" } }] });
const far = resource("bucket", { bucket: "far", arn: "arn:aws:s3:::far" }, { name: "far" });

testPolicy(backup, {
  compliant: [
    { what: "copied, and the copy", plan: [...bucket({}, replication), far, ...registry], stack: "prod" },
    { what: "copied by the bucket itself", plan: [...bucket({ replicationConfiguration: {} }), ...registry], stack: "prod" },
    { what: "of logs", plan: [...bucket(), logging, ...registry], stack: "prod" },
    { what: "outside production", plan: [...bucket(), ...registry] },
    { what: "no registry", plan: bucket(), stack: "prod" },
  ],
  violating: [
    { what: "copied nowhere", plan: [...bucket(), ...registry], stack: "prod", reports: [/^images: is copied nowhere/] },
    {
      what: "another bucket is copied",
      plan: [...bucket(), { ...replication, properties: { ...replication.properties, bucket: "other" } }, ...registry],
      stack: "prod",
      reports: [/^images: /],
    },
  ],
  undefinedProperty: [
    {
      what: "a bucket that is not known yet",
      plan: [...bucket({ bucket: unknown }, { ...replication, computedFrom: { bucket: ["images"] } }), ...registry],
      stack: "prod",
    },
    { what: "no rules", plan: [...bucket({}, setting("bucketReplication", {})), ...registry], stack: "prod" },
  ],
  configured: [
    { what: "something else copies", plan: [...bucket(), ...registry], stack: "prod", configuration: { backedUpBy: "AWS Backup" } },
    {
      what: "other names of production",
      plan: [...bucket(), ...registry],
      stack: "live",
      configuration: { production: "live" },
      reports: [/^images: /],
    },
  ],
});
