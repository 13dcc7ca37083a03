import { deletionProtection } from "ha-registry-policy-aws/dist/availability/deletion-protection";
import { resource } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const balancer = (enableDeletionProtection?: unknown) => [resource("loadBalancer", { enableDeletionProtection })];

testPolicy(deletionProtection, {
  compliant: [
    { what: "protected", plan: balancer(true), stack: "prod" },
    { what: "outside production", plan: balancer(false) },
  ],
  violating: [{ what: "not protected", plan: balancer(false), stack: "prod", reports: [/^box: can be deleted/] }],
  undefinedProperty: [
    { what: "nothing", plan: balancer(), stack: "prod", reports: [/enableDeletionProtection/] },
    { what: "not known yet", plan: balancer(unknown), stack: "prod" },
  ],
  configured: [
    { what: "other names of production", plan: balancer(), stack: "live", configuration: { production: "live" }, reports: [/^box: /] },
  ],
});
