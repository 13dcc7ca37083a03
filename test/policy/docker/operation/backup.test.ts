import { backup } from "ha-registry-policy-docker/dist/operation/backup";
import { testPolicy, unknown, node } from "../../support/judge";

testPolicy(backup, {
  compliant: [
    { what: "a backup", plan: [node(), { properties: { image: "rclone/rclone:1.75.1" } }], stack: "prod" },
    { what: "outside production", plan: [node()] },
    { what: "no registry", plan: { image: "nginx:1.29" }, stack: "prod" },
  ],
  violating: [
    { what: "a registry alone", plan: [node()], stack: "prod", reports: [/^stack: nothing copies/] },
    {
      what: "what only removes garbage",
      plan: [
        node(),
        { properties: { image: "rclone/rclone:1.75.1", labels: [{ label: "ha-registry.part", value: "garbage-collection" }] } },
      ],
      stack: "prod",
      reports: [/nothing copies/],
    },
  ],
  undefinedProperty: [
    {
      what: "an image that is not known yet",
      plan: [node(), { properties: { image: unknown } }],
      stack: "prod",
      reports: [/nothing copies/],
    },
  ],
  configured: [{ what: "outside the stack", plan: [node()], stack: "prod", configuration: { backedUpBy: "a system of the company's" } }],
});
