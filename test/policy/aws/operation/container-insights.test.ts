import { containerInsights } from "ha-registry-policy-aws/dist/operation/container-insights";
import { resource } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const cluster = (value?: unknown) => [resource("cluster", { settings: [{ name: "containerInsights", value }] })];

testPolicy(containerInsights, {
  compliant: [
    { what: "switched on", plan: cluster("enabled") },
    { what: "in detail", plan: cluster("enhanced") },
  ],
  violating: [{ what: "switched off", plan: cluster("disabled"), reports: [/^box: does not tell how its tasks are/] }],
  undefinedProperty: [
    { what: "nothing", plan: [resource("cluster")], reports: [/^box: /] },
    { what: "not known yet", plan: cluster(unknown) },
  ],
  configured: [{ what: "something else watches", plan: [resource("cluster")], configuration: { watchedBy: "Prometheus" } }],
});
