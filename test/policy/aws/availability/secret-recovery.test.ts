import { secretRecovery } from "ha-registry-policy-aws/dist/availability/secret-recovery";
import { resource } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const secret = (recoveryWindowInDays?: unknown) => [resource("secret", { recoveryWindowInDays })];

testPolicy(secretRecovery, {
  compliant: [
    { what: "some days", plan: secret(7), stack: "prod" },
    { what: "outside production", plan: secret(0) },
  ],
  violating: [{ what: "at once", plan: secret(0), stack: "prod", reports: [/^box: is gone at once/] }],
  undefinedProperty: [
    { what: "nothing, which is 30", plan: secret(), stack: "prod" },
    { what: "not known yet", plan: secret(unknown), stack: "prod" },
  ],
  configured: [
    { what: "other names of production", plan: secret(0), stack: "live", configuration: { production: "live" }, reports: [/^box: /] },
  ],
});
