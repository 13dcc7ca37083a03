import { registryNodes } from "ha-registry-policy-kubernetes/dist/availability/registry-nodes";
import { types } from "ha-registry-policy-kubernetes/dist/objects";
import { testPolicy, unknown } from "../../support/judge";
import { object, workload } from "../../support/kubernetes";

const scaler = (minReplicas?: number) =>
  object(types.horizontalPodAutoscaler, { minReplicas, scaleTargetRef: { kind: "Deployment", name: "registry" } });

testPolicy(registryNodes, {
  compliant: [
    { what: "two", plan: [workload({ spec: { replicas: 2 } })] },
    { what: "three in production", plan: [workload({ spec: { replicas: 3 } })], stack: "prod-eu" },
    { what: "two workloads", plan: [workload(), workload({ type: types.statefulSet })] },
    { what: "no registry", plan: [workload({ container: { image: "nginx:1.29" } })] },
    { what: "one on each host", plan: [workload({ type: types.daemonSet })] },
    { what: "an autoscaler that keeps two", plan: [workload({ spec: { replicas: 1 } }), scaler(2)] },
    {
      what: "a registry beside a proxy in its pod",
      plan: [workload({ spec: { replicas: 2 }, pod: { containers: [{ image: "nginx:1.29" }, { image: "registry:3.1.2" }] } })],
    },
  ],
  violating: [
    { what: "one", plan: [workload({ spec: { replicas: 1 } })], reports: [/^stack: the registry has 1 of 2 nodes/] },
    { what: "two in production", plan: [workload({ spec: { replicas: 2 } })], stack: "prod", reports: [/2 of 3/] },
    { what: "an autoscaler that goes down to one", plan: [workload({ spec: { replicas: 3 } }), scaler()], reports: [/1 of 2/] },
    { what: "what runs once does not count", plan: [workload(), workload({ type: types.job })], reports: [/1 of 2/] },
  ],
  undefinedProperty: [
    { what: "no number, which is one", plan: [workload()], reports: [/1 of 2/] },
    { what: "a number that is not known yet", plan: [workload({ spec: { replicas: unknown } })] },
    { what: "an image that is not known yet", plan: [workload({ container: { image: unknown } })] },
  ],
  configured: [
    { what: "one is enough", plan: [workload()], configuration: { minimum: 1 } },
    {
      what: "other names of production",
      plan: [workload({ spec: { replicas: 2 } })],
      stack: "live",
      configuration: { production: "^live$" },
      reports: [/2 of 3/],
    },
  ],
});
