import { mlps, PolicyGroup, securityHub } from "ha-registry-policy-common";
import { awsPolicy } from "../aws-policy";
import { types } from "../resources";

/** Keys that never end: AWS Security Hub IAM.3. */
export const accessKeys = awsPolicy<object>(
  {
    name: "access-keys",
    group: PolicyGroup.Security,
    description: "Nothing has an access key of its own; tasks, hosts and pipelines take roles.",
    reason:
      "An access key is good until somebody deletes it, stands in Pulumi's state, and is what intruders in the cloud mostly came in with.",
    severity: "high",
    enforcementLevel: "mandatory",
    mend: "Give tasks a `taskRoleArn`, hosts an instance profile, pipelines a role that trusts their tokens (OpenID Connect).",
    controls: [securityHub("IAM.3"), mlps("8.1.4.1")],
  },
  types.accessKey,
  () => ["is a key that never ends: take a role instead, whose keys end within hours"],
);
