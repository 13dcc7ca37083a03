import { stopGrace } from "ha-registry-policy-aws/dist/availability/stop-grace";
import { resource, task } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const group = (deregistrationDelay?: unknown) => [resource("targetGroup", { deregistrationDelay })];

testPolicy(stopGrace, {
  compliant: [
    { what: "a target group that waits", plan: group(120) },
    { what: "a registry that has time", plan: [task({ stopTimeout: 120 })] },
    { what: "something else", plan: [task({ image: "rclone/rclone:1.71.0", stopTimeout: 2 })] },
  ],
  violating: [
    { what: "a target group that drops", plan: group(0), reports: [/^box: drops its targets' connections after 0 s/] },
    {
      what: "a registry that is killed",
      plan: [task({ stopTimeout: 2 })],
      reports: [/^task: the container "registry" is killed after 2 s/],
    },
    { what: "a balancer that is killed", plan: [task({ image: "haproxy:3.2.4", stopTimeout: 5 })], reports: [/after 5 s/] },
  ],
  undefinedProperty: [
    { what: "nothing, which is 300", plan: group() },
    { what: "nothing, which is 30", plan: [task()] },
    { what: "not known yet", plan: group(unknown) },
  ],
  configured: [{ what: "more", plan: group(60), configuration: { minimumSeconds: 120 }, reports: [/to 120 or more/] }],
});
