import { capabilities } from "ha-registry-policy-kubernetes/dist/security/capabilities";
import { testPolicy, unknown } from "../../support/judge";
import { running } from "../../support/kubernetes";

const having = (given: unknown) => running({ securityContext: { capabilities: given } });
const drop = ["ALL"];

testPolicy(capabilities, {
  compliant: [
    { what: "none", plan: having({ drop }) },
    { what: "low ports", plan: having({ drop, add: ["NET_BIND_SERVICE"] }) },
  ],
  violating: [
    { what: "some dropped", plan: having({ drop: ["NET_RAW"] }), reports: [/^box: the container "registry" keeps capabilities/] },
    { what: "one added", plan: having({ drop, add: ["SYS_ADMIN"] }), reports: [/adds SYS_ADMIN/] },
    {
      what: "in a container that prepares",
      plan: running({ securityContext: { capabilities: { drop } } }, { initContainers: [{ name: "first" }] }),
      reports: [/"first" keeps/],
    },
  ],
  undefinedProperty: [
    { what: "nothing", plan: running({}), reports: [/keeps capabilities/] },
    { what: "not known yet", plan: having(unknown) },
  ],
  configured: [{ what: "another one", plan: having({ drop, add: ["CHOWN"] }), configuration: { allowed: ["CHOWN"] } }],
});
