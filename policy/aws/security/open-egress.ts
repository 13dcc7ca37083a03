import { mlps, PolicyGroup } from "ha-registry-policy-common";
import { isEverywhere, ruleKinds, rulesOf } from "../addresses";
import { awsPolicy } from "../aws-policy";

/** Ways out for everything: MLPS 8.1.4.4. */
export const openEgress = awsPolicy<object>(
  {
    name: "open-egress",
    group: PolicyGroup.Security,
    description: "Nothing may connect to every port of every address.",
    reason:
      "Who gets into a container fetches further tools and carries images away: over any port where all are open, past every proxy and its log.",
    severity: "low",
    enforcementLevel: "advisory",
    mend: "Name ports (443 for AWS's APIs), security groups, and prefix lists, as that of the S3 endpoint.",
    controls: [mlps("8.1.4.4")],
  },
  ruleKinds("egress"),
  (resource) =>
    rulesOf(resource, "egress")
      .filter(({ ports: [first, last], ranges }) => first <= 1 && last === 65_535 && ranges.some(isEverywhere))
      .map(() => "lets everything out, to every port of every address: name the ports that are needed"),
);
