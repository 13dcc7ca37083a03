import { tlsVersion } from "ha-registry-policy-aws/dist/security/tls-version";
import { resource } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const listener = (sslPolicy?: unknown, protocol = "TLS") => [resource("listener", { protocol, sslPolicy })];

testPolicy(tlsVersion, {
  compliant: [
    { what: "TLS 1.2 and 1.3", plan: listener("ELBSecurityPolicy-TLS13-1-2-Res-2021-06") },
    { what: "TLS 1.3", plan: listener("ELBSecurityPolicy-TLS13-1-3-2021-06", "HTTPS") },
    { what: "keys that no quantum computer finds", plan: listener("ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09") },
    { what: "no TLS", plan: listener(undefined, "TCP") },
  ],
  violating: [
    { what: "TLS 1.0", plan: listener("ELBSecurityPolicy-2016-08"), reports: [/^box: has the policy ELBSecurityPolicy-2016-08/] },
    { what: "TLS 1.1", plan: listener("ELBSecurityPolicy-TLS-1-1-2017-01"), reports: [/^box: /] },
    { what: "TLS 1.3 beside TLS 1.0", plan: listener("ELBSecurityPolicy-TLS13-1-0-2021-06"), reports: [/^box: /] },
  ],
  undefinedProperty: [
    { what: "nothing", plan: listener(), reports: [/^box: names no policy/] },
    { what: "not known yet", plan: listener(unknown) },
  ],
  configured: [
    {
      what: "TLS 1.3 alone",
      plan: listener("ELBSecurityPolicy-TLS13-1-2-2021-06"),
      configuration: { allowed: "TLS13-1-3" },
      reports: [/^box: /],
    },
  ],
});
