import { containerLogs } from "ha-registry-policy-aws/dist/operation/container-logs";
import { task, tasks } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const written = { logConfiguration: { logDriver: "awslogs" } };

testPolicy(containerLogs, {
  compliant: [{ what: "written", plan: [task(written)] }],
  violating: [
    {
      what: "switched off",
      plan: [task({ logConfiguration: { logDriver: "none" } })],
      reports: [/^task: the container "registry" keeps none/],
    },
    { what: "of what runs once", plan: [tasks([written, { name: "files", essential: false }])], reports: [/the container "files"/] },
  ],
  undefinedProperty: [
    { what: "nothing", plan: [task()], reports: [/^task: /] },
    { what: "not known yet", plan: [task({}, { containerDefinitions: unknown })] },
  ],
});
