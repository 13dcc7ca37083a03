import { dnsTtl } from "ha-registry-policy-aws/dist/operation/dns-ttl";
import { resource } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const named = (properties: Record<string, unknown>) => [resource("dnsRecord", { type: "A", ...properties })];
const primary = { failoverRoutingPolicies: [{ type: "PRIMARY" }] };

testPolicy(dnsTtl, {
  compliant: [
    { what: "300 s", plan: named({ ttl: 300 }) },
    { what: "60 s where another takes over", plan: named({ ttl: 60, ...primary }) },
    { what: "what proves a certificate", plan: named({ type: "TXT", ttl: 86_400 }) },
  ],
  violating: [
    { what: "a day", plan: named({ ttl: 86_400 }), reports: [/^box: is kept for 86400 s: set `ttl` to 300 or less/] },
    { what: "300 s where another takes over", plan: named({ ttl: 300, ...primary }), reports: [/to 60 or less/] },
    {
      what: "300 s where it is one of several",
      plan: named({ ttl: 300, multivalueAnswerRoutingPolicy: true }),
      reports: [/to 60 or less/],
    },
  ],
  undefinedProperty: [
    { what: "an alias", plan: named({ aliases: [{}] }) },
    { what: "not known yet", plan: named({ ttl: unknown }) },
  ],
  configured: [
    { what: "more", plan: named({ ttl: 600 }), configuration: { maximum: 600 } },
    { what: "less", plan: named({ ttl: 60, ...primary }), configuration: { maximumForFailover: 30 }, reports: [/to 30 or less/] },
  ],
});
