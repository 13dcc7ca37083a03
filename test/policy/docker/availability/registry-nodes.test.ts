import { registryNodes } from "ha-registry-policy-docker/dist/availability/registry-nodes";
import { testPolicy, unknown, node } from "../../support/judge";

function byLabel() {
  return { properties: { image: `sha256:${"a".repeat(64)}`, labels: [{ label: "ha-registry.part", value: "node" }] } };
}

testPolicy(registryNodes, {
  compliant: [
    { what: "two", plan: [node(), node()] },
    { what: "three in production", plan: [node(), node(), node()], stack: "prod-eu" },
    { what: "no registry", plan: { image: "nginx:1.29" } },
    { what: "known by an image ID and a label", plan: [byLabel(), byLabel()] },
  ],
  violating: [
    { what: "one", plan: [node()], reports: [/^stack: the registry has 1 of 2 nodes/] },
    { what: "two in production", plan: [node(), node()], stack: "prod", reports: [/2 of 3/] },
    { what: "what only holds files does not count", plan: [node(), node({ start: false }), node({ mustRun: false })], reports: [/1 of 2/] },
  ],
  undefinedProperty: [
    { what: "no image known", plan: { image: unknown } },
    { what: "a command that is not known yet", plan: [node({ command: unknown })], reports: [/1 of 2/] },
  ],
  configured: [
    { what: "one is enough", plan: [node()], configuration: { minimum: 1 } },
    {
      what: "other names of production",
      plan: [node(), node()],
      stack: "live",
      configuration: { production: "^live$" },
      reports: [/2 of 3/],
    },
  ],
});
