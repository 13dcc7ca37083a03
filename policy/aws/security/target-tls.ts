import { mlps, PolicyGroup, securityHub, type Finding } from "ha-registry-policy-common";
import { awsStackPolicy } from "../aws-policy";
import { ofKind, refersTo, types, type Resource } from "../resources";

interface TargetGroup {
  protocol?: string;
  targetType?: string;
}

interface Listener {
  defaultActions?: { targetGroupArn?: string; type?: string }[];
  protocol?: string;
}

/** What is in clear behind a load balancer: AWS Security Hub ELB.22, MLPS 8.1.4.8. */
export const targetTls = awsStackPolicy(
  {
    name: "target-tls",
    group: PolicyGroup.Security,
    description: "A load balancer that ends TLS begins it anew to its targets.",
    reason:
      "Behind a listener that ends TLS a target group of HTTP or TCP has every login in clear again, for everyone who can look at the network's traffic (mirroring, a host of the subnet).",
    severity: "medium",
    enforcementLevel: "mandatory",
    mend: "Give the target group the protocol HTTPS or TLS, and the targets a certificate; load balancers take any.",
    controls: [securityHub("ELB.22"), mlps("8.1.4.8")],
  },
  [types.targetGroup, types.listener],
  (resources) => {
    const listeners = ofKind<Listener>(resources, types.listener).filter(
      ({ properties: { protocol } }) => protocol === "HTTPS" || protocol === "TLS",
    );
    return ofKind<TargetGroup>(resources, types.targetGroup)
      .filter(
        ({ properties: { protocol, targetType } }) =>
          targetType !== "lambda" && (protocol === "HTTP" || (protocol === "TCP" && targetType !== "alb")),
      )
      .filter((group) => group.properties.protocol === "HTTP" || listeners.some((listener) => sendsTo(listener, group)))
      .map((about): Finding => ({
        message: `gets in clear (${about.properties.protocol}) what came over TLS: give it the protocol HTTPS or TLS`,
        about,
      }));
  },
);

function sendsTo(listener: Resource<Listener>, group: Resource): boolean {
  const { defaultActions = [] } = listener.properties;
  return (
    refersTo(listener, "defaultActions", undefined, group) ||
    defaultActions.some(({ targetGroupArn }) => refersTo(listener, "defaultActions", targetGroupArn, group))
  );
}
