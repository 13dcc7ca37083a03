import { executeCommand } from "ha-registry-policy-aws/dist/security/execute-command";
import { service } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

testPolicy(executeCommand, {
  compliant: [
    { what: "switched off", plan: [service({ enableExecuteCommand: false })], stack: "prod" },
    { what: "outside production", plan: [service({ enableExecuteCommand: true })] },
  ],
  violating: [
    { what: "switched on", plan: [service({ enableExecuteCommand: true })], stack: "prod", reports: [/^service: lets people into/] },
  ],
  undefinedProperty: [
    { what: "nothing", plan: [service()], stack: "prod" },
    { what: "not known yet", plan: [service({ enableExecuteCommand: unknown })], stack: "prod" },
  ],
  configured: [
    {
      what: "other names of production",
      plan: [service({ enableExecuteCommand: true })],
      stack: "live",
      configuration: { production: "live" },
      reports: [/^service: /],
    },
  ],
});
