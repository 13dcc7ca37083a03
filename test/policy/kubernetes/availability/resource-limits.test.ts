import { resourceLimits } from "ha-registry-policy-kubernetes/dist/availability/resource-limits";
import { types } from "ha-registry-policy-kubernetes/dist/objects";
import { testPolicy, unknown } from "../../support/judge";
import { running, workload } from "../../support/kubernetes";

testPolicy(resourceLimits, {
  compliant: [
    { what: "both", plan: running({ resources: { limits: { memory: "1Gi" }, requests: { cpu: "100m", memory: "1Gi" } } }) },
    { what: "a limit of CPU, which is the request, too", plan: running({ resources: { limits: { memory: "1Gi", cpu: 1 } } }) },
    { what: "what runs once", plan: [workload({ type: types.cronJob })] },
  ],
  violating: [
    {
      what: "no limit",
      plan: running({ resources: { requests: { cpu: "100m", memory: "1Gi" } } }),
      reports: [/"registry" has no limits\.memory:/],
    },
    { what: "no request", plan: running({ resources: { limits: { memory: "1Gi" } } }), reports: [/no requests\.cpu:/] },
  ],
  undefinedProperty: [
    { what: "nothing", plan: running({}), reports: [/no limits\.memory, requests\.cpu/] },
    { what: "not known yet", plan: running({ resources: { limits: { memory: unknown } } }) },
  ],
  configured: [
    {
      what: "a limit of CPU, too",
      plan: running({ resources: { limits: { memory: "1Gi" } } }),
      configuration: { required: ["limits.cpu"] },
      reports: [/no limits\.cpu/],
    },
  ],
});
