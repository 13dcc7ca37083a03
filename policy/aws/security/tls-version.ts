import { mlps, PolicyGroup, securityHub, type CommonSettings } from "ha-registry-policy-common";
import { awsPolicy } from "../aws-policy";
import { types } from "../resources";

interface Settings extends CommonSettings {
  allowed: string;
}

interface Listener {
  protocol?: string;
  sslPolicy?: string;
}

/** Versions of TLS that are given up: RFC 8996, AWS Security Hub ELB.17. */
export const tlsVersion = awsPolicy<Listener, Settings>(
  {
    name: "tls-version",
    group: PolicyGroup.Security,
    description: "Load balancers speak TLS 1.2 and newer alone.",
    reason:
      "TLS 1.0 and 1.1 are given up (RFC 8996), and the policy that a listener made past the console has where none is named (ELBSecurityPolicy-2016-08) still speaks both.",
    severity: "high",
    enforcementLevel: "mandatory",
    mend: 'Set `sslPolicy: "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"`, or another with TLS 1.2 as its least.',
    controls: [securityHub("ELB.17"), mlps("8.1.4.8")],
    configuration: {
      allowed: {
        type: "string",
        description: "Regular expression for policies that are allowed",
        default: "^ELBSecurityPolicy-(TLS13-1-[23]|TLS-1-2|FS-1-2)-",
      },
    },
  },
  types.listener,
  ({ unknown, properties: { protocol, sslPolicy } }, { allowed }) => {
    if ((protocol !== "HTTPS" && protocol !== "TLS") || unknown.has("sslPolicy")) return [];
    if (sslPolicy === undefined) return ["names no policy, so that it may speak TLS 1.0: set `sslPolicy` to one with TLS 1.2 as its least"];
    return new RegExp(allowed).test(sslPolicy) ? [] : [`has the policy ${sslPolicy}: set \`sslPolicy\` to one with TLS 1.2 as its least`];
  },
);
