import { auditLog } from "ha-registry-policy-docker/dist/operation/audit-log";
import { testPolicy, unknown, node } from "../../support/judge";

testPolicy(auditLog, {
  compliant: [
    { what: "a collector", plan: [node(), { properties: { image: "balabit/syslog-ng:4.8.1" } }], stack: "prod" },
    { what: "a driver that forwards", plan: [node(), { properties: { image: "haproxy:3.0", logDriver: "syslog" } }], stack: "prod" },
    { what: "outside production", plan: [node()] },
    { what: "no registry", plan: { image: "nginx:1.29" }, stack: "prod" },
  ],
  violating: [{ what: "a registry alone", plan: [node()], stack: "prod", reports: [/^stack: nothing keeps who/] }],
  undefinedProperty: [
    {
      what: "an image that is not known yet",
      plan: [node(), { properties: { image: unknown } }],
      stack: "prod",
      reports: [/nothing keeps who/],
    },
  ],
  configured: [{ what: "outside the stack", plan: [node()], stack: "prod", configuration: { collectedBy: "a system of the company's" } }],
});
