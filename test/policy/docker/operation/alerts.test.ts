import { alerts } from "ha-registry-policy-docker/dist/operation/alerts";
import { testPolicy, unknown, node } from "../../support/judge";

testPolicy(alerts, {
  compliant: [
    { what: "Alertmanager", plan: [node(), { properties: { image: "prom/alertmanager:v0.35.0" } }], stack: "prod" },
    { what: "outside production", plan: [node()] },
    { what: "no registry", plan: { image: "nginx:1.29" }, stack: "prod" },
  ],
  violating: [{ what: "a registry alone", plan: [node()], stack: "prod", reports: [/^stack: nothing raises/] }],
  undefinedProperty: [
    {
      what: "an image that is not known yet",
      plan: [node(), { properties: { image: unknown } }],
      stack: "prod",
      reports: [/nothing raises/],
    },
  ],
  configured: [{ what: "outside the stack", plan: [node()], stack: "prod", configuration: { watchedBy: "a system of the company's" } }],
});
