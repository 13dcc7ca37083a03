import { defaultNamespace } from "ha-registry-policy-kubernetes/dist/security/default-namespace";
import { types } from "ha-registry-policy-kubernetes/dist/objects";
import { testPolicy, unknown } from "../../support/judge";
import { object, workload } from "../../support/kubernetes";

testPolicy(defaultNamespace, {
  compliant: [
    { what: "its own", plan: [workload()] },
    { what: "what belongs to no namespace", plan: [object(types.clusterRole, undefined, { metadata: { name: "default" } })] },
  ],
  violating: [
    { what: "a workload", plan: [workload({ metadata: { namespace: "default" } })], reports: [/^box: is in the namespace `default`/] },
    { what: "a Secret", plan: [object(types.secret, undefined, { metadata: { namespace: "default" } })], reports: [/is in the namespace/] },
  ],
  undefinedProperty: [
    { what: "the provider's", plan: [object(types.service, {}, { metadata: {} })] },
    { what: "not known yet", plan: [workload({ metadata: { namespace: unknown } })] },
  ],
});
