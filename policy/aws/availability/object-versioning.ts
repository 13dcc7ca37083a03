import { guides, mlps, PolicyGroup, securityHub, type Finding } from "ha-registry-policy-common";
import { awsStackPolicy } from "../aws-policy";
import { dataBucketsOf, logWriters, settingsOf } from "../buckets";
import { types, type Resource } from "../resources";

interface Versioning {
  versioningConfiguration?: { status?: string };
}

/** Objects that are gone when they are deleted: AWS Security Hub S3.14, MLPS 8.1.4.9. */
export const objectVersioning = awsStackPolicy(
  {
    name: "object-versioning",
    group: PolicyGroup.Availability,
    description: "Buckets with images keep versions of their objects.",
    reason:
      "A collection that removed too much, or an intruder with the nodes' rights, cannot be undone without; replication to another bucket needs them, too.",
    severity: "high",
    enforcementLevel: "mandatory",
    mend: 'Add a BucketVersioning with `versioningConfiguration: { status: "Enabled" }`, and a rule that removes old versions after some weeks.',
    controls: [securityHub("S3.14"), mlps("8.1.4.9"), guides("backups")],
  },
  [types.bucket, types.bucketVersioning, ...logWriters],
  (resources) =>
    dataBucketsOf(resources)
      .filter((bucket) => bucket.properties.versioning?.enabled !== true)
      .filter((bucket) => !settingsOf<Versioning>(resources, types.bucketVersioning, bucket).some(isOn))
      .map((about): Finding => ({ message: "keeps no versions, so that what is deleted is gone: add a BucketVersioning", about })),
);

function isOn({ unknown, properties: { versioningConfiguration } }: Resource<Versioning>): boolean {
  return unknown.has("versioningConfiguration") || versioningConfiguration?.status === "Enabled";
}
