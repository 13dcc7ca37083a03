import { healthCheck } from "ha-registry-policy-aws/dist/availability/health-check";
import { resource } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const group = (protocol: string, check?: unknown) => [resource("targetGroup", { protocol, healthCheck: check })];

testPolicy(healthCheck, {
  compliant: [
    { what: "over HTTPS", plan: group("TLS", { protocol: "HTTPS", path: "/health" }) },
    { what: "what speaks HTTP, where nothing is said", plan: group("HTTPS", { path: "/health" }) },
  ],
  violating: [
    { what: "a connection alone", plan: group("TLS", { protocol: "TCP" }), reports: [/^box: only tries to connect/] },
    { what: "none", plan: group("HTTPS", { enabled: false }), reports: [/^box: asks none/] },
  ],
  undefinedProperty: [
    { what: "nothing, over HTTP", plan: group("HTTP") },
    { what: "nothing, over TCP", plan: group("TCP"), reports: [/only tries to connect/] },
    { what: "not known yet", plan: group("TLS", { protocol: unknown }) },
  ],
});
