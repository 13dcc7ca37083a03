import {
  guides,
  isProduction,
  mlps,
  PolicyGroup,
  productionSetting,
  securityHub,
  type Finding,
  type ProductionSettings,
} from "ha-registry-policy-common";
import { awsStackPolicy } from "../aws-policy";
import { dataBucketsOf, logWriters, settingsOf } from "../buckets";
import { ofKind, refersTo, types, type Resource } from "../resources";
import { registryServices, serviceKinds } from "../task-definition";

interface Settings extends ProductionSettings {
  backedUpBy: string;
}

interface Replication {
  rules?: { destination?: { bucket?: string }; status?: string }[];
}

/** Copies in another place: the guides' rule 3-2-1, AWS Security Hub S3.7. */
export const backup = awsStackPolicy<Settings>(
  {
    name: "backup",
    group: PolicyGroup.Operation,
    description: "Production copies its bucket elsewhere.",
    reason:
      "Zones and versions guard against none of: a region, an account, a key that are lost. The guides ask for three copies, on two media, one of them elsewhere.",
    severity: "high",
    enforcementLevel: "mandatory",
    mend: "Add a BucketReplicationConfig to a bucket in another region, better of another account, or say in the policy's configuration what copies. Whether the copies are good a plan does not tell.",
    controls: [securityHub("S3.7"), mlps("8.1.4.9"), guides("backup 3-2-1")],
    configuration: {
      backedUpBy: { type: "string", description: "What copies the bucket outside the stack; empty: nothing does", default: "" },
      ...productionSetting,
    },
  },
  [types.bucket, types.bucketReplication, ...serviceKinds, ...logWriters],
  (resources, settings) => {
    const buckets = dataBucketsOf(resources);
    const [first] = buckets;
    const asked =
      first !== undefined && isProduction(first.stack, settings) && settings.backedUpBy === "" && registryServices(resources).length > 0;
    if (!asked) return [];
    const replications = ofKind<Replication>(resources, types.bucketReplication);
    return buckets
      .filter((bucket) => bucket.properties.replicationConfiguration === undefined)
      .filter((bucket) => settingsOf<Replication>(resources, types.bucketReplication, bucket).length === 0)
      .filter((bucket) => !replications.some((replication) => isCopy(replication, bucket)))
      .map((about): Finding => ({
        message: "is copied nowhere: add a BucketReplicationConfig, or say in the policy's configuration what copies it",
        about,
      }));
  },
);

/** Whether a bucket is what another one is copied to. */
function isCopy(replication: Resource<Replication>, bucket: Resource): boolean {
  const { rules = [] } = replication.properties;
  return (
    refersTo(replication, "rules", undefined, bucket) ||
    rules.some(({ destination }) => refersTo(replication, "rules", destination?.bucket, bucket))
  );
}
