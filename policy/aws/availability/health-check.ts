import { guides, PolicyGroup } from "ha-registry-policy-common";
import { awsPolicy } from "../aws-policy";
import { types } from "../resources";

interface TargetGroup {
  healthCheck?: { enabled?: boolean; path?: string; protocol?: string };
  protocol?: string;
}

/** Nodes that get requests although they cannot answer them: the guides' health checks. */
export const healthCheck = awsPolicy<TargetGroup>(
  {
    name: "health-check",
    group: PolicyGroup.Availability,
    description: "Target groups ask their targets over HTTP whether they are well.",
    reason:
      "Network load balancers only try to connect unless told otherwise: a registry whose bucket is out of reach takes connections, and answers every one with an error.",
    severity: "medium",
    enforcementLevel: "mandatory",
    mend: "Set `healthCheck: { protocol, path }` to HTTP or HTTPS and a path that tells of the store, too, as HAProxy's monitor or /debug/health.",
    controls: [guides("health checks")],
  },
  types.targetGroup,
  ({ unknown, properties: { healthCheck: check = {}, protocol = "" } }) => {
    if (unknown.has("healthCheck") || unknown.has("protocol")) return [];
    if (check.enabled === false) return ["asks none of its targets whether it is well: leave out `healthCheck.enabled`"];
    // What speaks HTTP is asked over HTTP unless something else is said.
    const asked = check.protocol ?? (protocol.startsWith("HTTP") ? "HTTP" : "TCP");
    return asked.startsWith("HTTP") ? [] : ["only tries to connect to its targets: set `healthCheck` to HTTP or HTTPS, with a path"];
  },
);
