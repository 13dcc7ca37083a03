import { listenerTls } from "ha-registry-policy-aws/dist/security/listener-tls";
import { resource } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const listener = (properties: Record<string, unknown>) => [resource("listener", { port: 443, ...properties })];

testPolicy(listenerTls, {
  compliant: [
    { what: "HTTPS", plan: listener({ protocol: "HTTPS" }) },
    { what: "TLS", plan: listener({ protocol: "TLS" }) },
    { what: "TLS that ends behind it", plan: listener({ protocol: "TCP" }) },
    {
      what: "HTTP that leads to HTTPS",
      plan: listener({ port: 80, protocol: "HTTP", defaultActions: [{ type: "redirect", redirect: { protocol: "HTTPS" } }] }),
    },
  ],
  violating: [
    {
      what: "HTTP",
      plan: listener({ port: 80, protocol: "HTTP", defaultActions: [{ type: "forward" }] }),
      reports: [/^box: takes logins in clear: /],
    },
    {
      what: "HTTP that leads to HTTP",
      plan: listener({ protocol: "HTTP", defaultActions: [{ type: "redirect", redirect: { protocol: "HTTP" } }] }),
      reports: [/^box: /],
    },
    { what: "HTTP past a network load balancer", plan: listener({ port: 5000, protocol: "TCP" }), reports: [/in clear at port 5000/] },
  ],
  undefinedProperty: [
    { what: "no protocol", plan: listener({}) },
    { what: "no action", plan: listener({ protocol: "HTTP" }), reports: [/^box: /] },
    { what: "not known yet", plan: listener({ protocol: "HTTP", defaultActions: [{ redirect: { protocol: unknown } }] }) },
  ],
  configured: [
    {
      what: "further ports",
      plan: listener({ port: 5001, protocol: "TCP" }),
      configuration: { plainPorts: [5001] },
      reports: [/port 5001/],
    },
  ],
});
