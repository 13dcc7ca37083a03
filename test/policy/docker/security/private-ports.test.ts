import { privatePorts } from "ha-registry-policy-docker/dist/security/private-ports";
import { testPolicy, unknown } from "../../support/judge";

testPolicy(privatePorts, {
  compliant: [
    { what: "the registry's own port", plan: { ports: [{ internal: 5000, external: 443 }] } },
    { what: "metrics on the host alone", plan: { ports: [{ internal: 8404, external: 8404, ip: "127.0.0.1" }] } },
    { what: "Redis on an inner address", plan: { ports: [{ internal: 6379, external: 21060, ip: "10.0.0.11" }] } },
  ],
  violating: [
    { what: "the debug port", plan: { ports: [{ internal: 5001, external: 15001 }] }, reports: [/5001 \(the registry's debug port\)/] },
    { what: "Redis, spelled out", plan: { ports: [{ internal: 6379, external: 6379, ip: "0.0.0.0" }] }, reports: [/Redis/] },
    { what: "two of them", plan: { ports: [{ internal: 9090, ip: "::" }, { internal: 9093 }] }, reports: [/Prometheus/, /Alertmanager/] },
  ],
  undefinedProperty: [
    { what: "no ports", plan: {} },
    { what: "not known yet", plan: { ports: [{ internal: unknown, external: 1 }] } },
  ],
  configured: [
    {
      what: "a port of one's own",
      plan: { ports: [{ internal: 7777 }] },
      configuration: { ports: [7777] },
      reports: [/opens port 7777 on/],
    },
    { what: "a port fewer", plan: { ports: [{ internal: 9000 }] }, configuration: { ports: [5001] } },
  ],
});
