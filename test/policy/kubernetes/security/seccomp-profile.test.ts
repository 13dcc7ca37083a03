import { seccompProfile } from "ha-registry-policy-kubernetes/dist/security/seccomp-profile";
import { testPolicy, unknown } from "../../support/judge";
import { running } from "../../support/kubernetes";

const having = (type: unknown) => running({}, { securityContext: { seccompProfile: { type } } });

testPolicy(seccompProfile, {
  compliant: [
    { what: "the runtime's", plan: having("RuntimeDefault") },
    { what: "one of its own", plan: running({ securityContext: { seccompProfile: { type: "Localhost" } } }) },
  ],
  violating: [{ what: "none", plan: having("Unconfined"), reports: [/^box: the container "registry" may make every system call/] }],
  undefinedProperty: [
    { what: "nothing", plan: running({}), reports: [/every system call/] },
    { what: "not known yet", plan: having(unknown) },
  ],
});
