import { privilegedContainer } from "ha-registry-policy-kubernetes/dist/security/privileged-container";
import { types } from "ha-registry-policy-kubernetes/dist/objects";
import { testPolicy, unknown } from "../../support/judge";
import { running, workload } from "../../support/kubernetes";

const container = { securityContext: { privileged: true } };

testPolicy(privilegedContainer, {
  compliant: [{ what: "it is not", plan: running({ securityContext: { privileged: false } }) }],
  violating: [
    { what: "it is", plan: running(container), reports: [/^box: the container "registry" is privileged/] },
    { what: "in a pod of its own", plan: [workload({ type: types.pod, container })], reports: [/is privileged/] },
    { what: "in a CronJob", plan: [workload({ type: types.cronJob, container })], reports: [/is privileged/] },
  ],
  undefinedProperty: [
    { what: "nothing", plan: running({}) },
    { what: "not known yet", plan: running({ securityContext: { privileged: unknown } }) },
  ],
});
