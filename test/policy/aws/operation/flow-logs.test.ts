import { flowLogs } from "ha-registry-policy-aws/dist/operation/flow-logs";
import { resource } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const vpc = resource("vpc", { id: "vpc-1" }, { name: "network" });
const log = (vpcId: unknown, computedFrom = {}) => resource("flowLog", { vpcId }, { name: "log", computedFrom });

testPolicy(flowLogs, {
  compliant: [
    { what: "written", plan: [vpc, log("vpc-1")] },
    { what: "written, not known yet", plan: [vpc, log(unknown, { vpcId: ["network"] })] },
  ],
  violating: [
    { what: "none", plan: [vpc], reports: [/^network: writes down nothing/] },
    { what: "of another network", plan: [vpc, log("vpc-2")], reports: [/^network: /] },
  ],
  undefinedProperty: [{ what: "of a subnet", plan: [vpc, log(undefined)], reports: [/^network: /] }],
  configured: [{ what: "the organization writes them", plan: [vpc], configuration: { watchedBy: "the organization" } }],
});
