import { newPrivileges } from "ha-registry-policy-kubernetes/dist/security/new-privileges";
import { testPolicy, unknown } from "../../support/judge";
import { running } from "../../support/kubernetes";

const having = (allowPrivilegeEscalation: unknown) => running({ securityContext: { allowPrivilegeEscalation } });

testPolicy(newPrivileges, {
  compliant: [{ what: "none", plan: having(false) }],
  violating: [{ what: "any", plan: having(true), reports: [/^box: the container "registry" can get further privileges/] }],
  undefinedProperty: [
    { what: "nothing, which allows them", plan: running({}), reports: [/can get further/] },
    { what: "not known yet", plan: having(unknown) },
  ],
});
