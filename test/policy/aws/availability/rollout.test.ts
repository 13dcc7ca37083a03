import { rollout } from "ha-registry-policy-aws/dist/availability/rollout";
import { resource } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const going = (properties: Record<string, unknown> = {}) => [
  resource("service", { deploymentCircuitBreaker: { enable: true, rollback: true }, ...properties }),
];

testPolicy(rollout, {
  compliant: [
    { what: "all of them, and back", plan: going({ deploymentMinimumHealthyPercent: 100, deploymentMaximumPercent: 200 }) },
    { what: "one on each host", plan: going({ schedulingStrategy: "DAEMON", deploymentMinimumHealthyPercent: 0 }) },
    {
      what: "somebody else who rolls out",
      plan: going({ deploymentController: { type: "CODE_DEPLOY" }, deploymentCircuitBreaker: undefined }),
    },
  ],
  violating: [
    { what: "half of them", plan: going({ deploymentMinimumHealthyPercent: 50 }), reports: [/^box: keeps 50 %/] },
    { what: "none beside", plan: going({ deploymentMaximumPercent: 100 }), reports: [/may start no task beside/] },
    { what: "not back", plan: going({ deploymentCircuitBreaker: { enable: true, rollback: false } }), reports: [/does not go back/] },
  ],
  undefinedProperty: [
    { what: "nothing", plan: going({ deploymentCircuitBreaker: undefined }), reports: [/does not go back/] },
    { what: "not known yet", plan: going({ deploymentCircuitBreaker: unknown }) },
  ],
});
