import { rootUser } from "ha-registry-policy-kubernetes/dist/security/root-user";
import { testPolicy, unknown } from "../../support/judge";
import { running } from "../../support/kubernetes";

const having = (securityContext: unknown, ofPod: unknown = {}) => running({ securityContext }, { securityContext: ofPod });

testPolicy(rootUser, {
  compliant: [
    { what: "a user", plan: having({ runAsUser: 65532 }) },
    { what: "the pod's", plan: having({}, { runAsNonRoot: true }) },
  ],
  violating: [
    { what: "root", plan: having({ runAsUser: 0 }, { runAsUser: 65532 }), reports: [/^box: the container "registry" runs as root/] },
    { what: "whoever the image says", plan: having({ runAsNonRoot: false }), reports: [/runs as its image says/] },
  ],
  undefinedProperty: [
    { what: "nothing", plan: running({}), reports: [/runs as its image says/] },
    { what: "not known yet", plan: having({ runAsUser: unknown }) },
    { what: "a pod's that is not known yet", plan: having({}, { runAsUser: unknown }) },
  ],
});
