import { mlps, PolicyGroup, securityHub } from "ha-registry-policy-common";
import { awsPolicy } from "../aws-policy";
import { types } from "../resources";

interface ReplicationGroup {
  authToken?: string;
  authTokenWoVersion?: number;
  userGroupIds?: string[];
}

/** Redis without a password: AWS Security Hub ElastiCache.6, MLPS 8.1.4.1. */
export const redisAuthentication = awsPolicy<ReplicationGroup>(
  {
    name: "redis-authentication",
    group: PolicyGroup.Security,
    description: "Redis asks for a password.",
    reason:
      "Who writes to the cache of descriptors decides what digests nodes answer with; and Redis runs code for whoever gets in (CVE-2022-0543, CVE-2025-49844).",
    severity: "high",
    enforcementLevel: "mandatory",
    mend: "Set `authToken`, or `userGroupIds` of a group whose default user is off; both need encryption on the way.",
    controls: [securityHub("ElastiCache.6"), mlps("8.1.4.1")],
  },
  types.replicationGroup,
  ({ unknown, properties: { authToken = "", authTokenWoVersion, userGroupIds = [] } }) => {
    const asks = authToken !== "" || authTokenWoVersion !== undefined || userGroupIds.length > 0;
    return asks || ["authToken", "authTokenWo", "userGroupIds"].some((name) => unknown.has(name))
      ? []
      : ["takes whoever reaches it: set `authToken`, or `userGroupIds`"];
  },
);
