import { capabilities } from "ha-registry-policy-aws/dist/security/capabilities";
import { task } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const having = (given: Record<string, unknown>) => [task({ linuxParameters: { capabilities: given } })];

testPolicy(capabilities, {
  compliant: [
    { what: "none", plan: having({ drop: ["ALL"] }) },
    { what: "what is allowed", plan: having({ drop: ["ALL"], add: ["NET_BIND_SERVICE"] }) },
  ],
  violating: [
    { what: "those that are left", plan: having({ drop: ["NET_RAW"] }), reports: [/^task: the container "registry" keeps capabilities/] },
    { what: "further ones", plan: having({ drop: ["ALL"], add: ["SYS_PTRACE"] }), reports: [/adds SYS_PTRACE/] },
  ],
  undefinedProperty: [
    { what: "nothing", plan: [task()], reports: [/keeps capabilities/] },
    { what: "not known yet", plan: [task({}, { containerDefinitions: unknown })] },
  ],
  configured: [{ what: "others", plan: having({ drop: ["ALL"], add: ["SYS_PTRACE"] }), configuration: { allowed: ["SYS_PTRACE"] } }],
});
