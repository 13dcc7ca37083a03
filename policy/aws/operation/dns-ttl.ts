import { guides, PolicyGroup, type CommonSettings } from "ha-registry-policy-common";
import { awsPolicy } from "../aws-policy";
import { types } from "../resources";

interface Settings extends CommonSettings {
  maximum: number;
  maximumForFailover: number;
}

interface DnsRecord {
  failoverRoutingPolicies?: object[];
  multivalueAnswerRoutingPolicy?: boolean;
  ttl?: number;
  type?: string;
}

/** Names that clients keep for long: the guides' TTL of 300 seconds. */
export const dnsTtl = awsPolicy<DnsRecord, Settings>(
  {
    name: "dns-ttl",
    group: PolicyGroup.Operation,
    description: "Clients ask for addresses anew after 300 seconds, after 60 where a record takes another's place.",
    reason: "For as long as a record says clients go where nothing is any more, whatever was changed since.",
    severity: "low",
    enforcementLevel: "mandatory",
    mend: "Set `ttl: 300`, or 60 with `failoverRoutingPolicies`; aliases have none of their own.",
    controls: [guides("TTL of 300 seconds")],
    configuration: {
      maximum: { type: "integer", minimum: 1, description: "Seconds that a record may be kept for", default: 300 },
      maximumForFailover: {
        type: "integer",
        minimum: 1,
        description: "The same for records of which one takes another's place",
        default: 60,
      },
    },
  },
  types.dnsRecord,
  (
    { properties: { failoverRoutingPolicies = [], multivalueAnswerRoutingPolicy, ttl = 0, type = "" } },
    { maximum, maximumForFailover },
  ) => {
    if (!["A", "AAAA", "CNAME"].includes(type)) return [];
    const replaces = failoverRoutingPolicies.length > 0 || multivalueAnswerRoutingPolicy === true;
    const most = replaces ? Math.min(maximum, maximumForFailover) : maximum;
    return ttl > most ? [`is kept for ${ttl} s: set \`ttl\` to ${most} or less`] : [];
  },
);
