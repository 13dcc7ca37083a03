import { leastPrivilege } from "ha-registry-policy-kubernetes/dist/security/least-privilege";
import { types } from "ha-registry-policy-kubernetes/dist/objects";
import { testPolicy, unknown } from "../../support/judge";
import { object } from "../../support/kubernetes";

const role = (rules: unknown, type: string = types.role) => [object(type, undefined, { properties: { rules } })];
const binding = (roleRef: unknown) => [object(types.clusterRoleBinding, undefined, { properties: { roleRef } })];

testPolicy(leastPrivilege, {
  compliant: [
    { what: "what is needed", plan: role([{ apiGroups: [""], resources: ["secrets"], resourceNames: ["s"], verbs: ["get"] }]) },
    { what: "a binding to it", plan: binding({ name: "reader" }) },
  ],
  violating: [
    {
      what: "every verb",
      plan: role([{ apiGroups: [""], resources: ["pods"], verbs: ["*"] }]),
      reports: [/^box: gives rights to all verbs/],
    },
    {
      what: "everything",
      plan: role([{ apiGroups: ["*"], resources: ["*"], verbs: ["get"] }], types.clusterRole),
      reports: [/all apiGroups/, /all resources/],
    },
    { what: "the administrator's role", plan: binding({ name: "cluster-admin" }), reports: [/binds to cluster-admin/] },
  ],
  undefinedProperty: [
    { what: "no rules", plan: role(undefined) },
    { what: "not known yet", plan: role([{ verbs: unknown }]) },
  ],
});
