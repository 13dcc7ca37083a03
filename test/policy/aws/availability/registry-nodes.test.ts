import { registryNodes } from "ha-registry-policy-aws/dist/availability/registry-nodes";
import { resource, service, task, tasks } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const scaler = (properties: Record<string, unknown>) =>
  resource("autoscalingTarget", { resourceId: "service/cluster/registry", ...properties }, { name: "scaler" });

testPolicy(registryNodes, {
  compliant: [
    { what: "two", plan: [task(), service({ desiredCount: 2 })] },
    { what: "three in production", plan: [task(), service({ desiredCount: 3 })], stack: "prod-eu" },
    { what: "no registry", plan: [task({ image: "nginx:1.29" }), service({ desiredCount: 1 })] },
    { what: "one on each host", plan: [task(), service({ schedulingStrategy: "DAEMON" })] },
    { what: "autoscaling that keeps two", plan: [task(), service(), scaler({ minCapacity: 2 })] },
    { what: "a registry beside a proxy", plan: [tasks([{ image: "haproxy:3.2.4" }, {}]), service({ desiredCount: 2 })] },
    {
      what: "a service that names the family",
      plan: [task(), service({ desiredCount: 2, taskDefinition: "registry:7" }, { computedFrom: {} })],
    },
  ],
  violating: [
    { what: "one", plan: [task(), service({ desiredCount: 1 })], reports: [/^stack: the registry has 1 of 2 nodes/] },
    { what: "two in production", plan: [task(), service({ desiredCount: 2 })], stack: "prod", reports: [/2 of 3/] },
    {
      what: "autoscaling that goes down to one",
      plan: [task(), service({ desiredCount: 3 }), scaler({ minCapacity: 1 })],
      reports: [/1 of 2/],
    },
    {
      what: "a service that names the task's ARN",
      plan: [
        task({}, { arn: "arn:aws:ecs:eu-central-1:1:task-definition/registry:7" }),
        service({ desiredCount: 1, taskDefinition: "arn:aws:ecs:eu-central-1:1:task-definition/registry:7" }, { computedFrom: {} }),
      ],
      reports: [/1 of 2/],
    },
  ],
  undefinedProperty: [
    { what: "no number, which is none", plan: [task(), service()], reports: [/0 of 2/] },
    { what: "a number that is not known yet", plan: [task(), service({ desiredCount: unknown })] },
    { what: "containers that are not known yet", plan: [task({}, { containerDefinitions: unknown }), service({ desiredCount: 1 })] },
    { what: "containers that are no list", plan: [task({}, { containerDefinitions: "{" }), service({ desiredCount: 1 })] },
  ],
  configured: [
    { what: "one is enough", plan: [task(), service({ desiredCount: 1 })], configuration: { minimum: 1 } },
    {
      what: "other names of production",
      plan: [task(), service({ desiredCount: 2 })],
      stack: "live",
      configuration: { production: "^live$" },
      reports: [/2 of 3/],
    },
  ],
});
