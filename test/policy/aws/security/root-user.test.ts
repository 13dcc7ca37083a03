import { rootUser } from "ha-registry-policy-aws/dist/security/root-user";
import { task } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

testPolicy(rootUser, {
  compliant: [{ what: "one without rights", plan: [task({ user: "65532:65532" })] }],
  violating: [
    { what: "by number", plan: [task({ user: "0:0" })], reports: [/^task: the container "registry" runs as 0:0/] },
    { what: "by name", plan: [task({ user: "root" })], reports: [/runs as root/] },
  ],
  undefinedProperty: [
    { what: "nothing", plan: [task()], reports: [/names no user/] },
    { what: "not known yet", plan: [task({}, { containerDefinitions: unknown })] },
  ],
});
