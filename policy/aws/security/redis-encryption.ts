import { mlps, PolicyGroup, securityHub } from "ha-registry-policy-common";
import { awsPolicy } from "../aws-policy";
import { types } from "../resources";

interface ReplicationGroup {
  atRestEncryptionEnabled?: boolean | string;
  transitEncryptionEnabled?: boolean;
  transitEncryptionMode?: string;
}

/** Redis in clear: AWS Security Hub ElastiCache.4 and ElastiCache.5. */
export const redisEncryption = awsPolicy<ReplicationGroup>(
  {
    name: "redis-encryption",
    group: PolicyGroup.Security,
    description: "Redis is encrypted, on the way and at rest.",
    reason:
      "The password goes over the same connection: in clear whoever sees the traffic has it, and writes digests of their own into the cache.",
    severity: "high",
    enforcementLevel: "mandatory",
    mend: 'Set `transitEncryptionEnabled: true`, `transitEncryptionMode: "required"` and `atRestEncryptionEnabled: true`; and `redis.tls.enabled` of the registry.',
    controls: [securityHub("ElastiCache.4"), securityHub("ElastiCache.5"), mlps("8.1.4.8")],
  },
  types.replicationGroup,
  ({ unknown, properties: { atRestEncryptionEnabled, transitEncryptionEnabled, transitEncryptionMode } }) => [
    ...(transitEncryptionEnabled === true || unknown.has("transitEncryptionEnabled")
      ? []
      : ["speaks in clear: set `transitEncryptionEnabled: true`"]),
    ...(transitEncryptionMode === "preferred" ? ['speaks in clear with those that want to: set `transitEncryptionMode: "required"`'] : []),
    ...(String(atRestEncryptionEnabled) === "true" || unknown.has("atRestEncryptionEnabled")
      ? []
      : ["is not encrypted at rest: set `atRestEncryptionEnabled: true`"]),
  ],
);
