import { privilegedContainer } from "ha-registry-policy-aws/dist/security/privileged-container";
import { task } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

testPolicy(privilegedContainer, {
  compliant: [{ what: "not privileged", plan: [task({ privileged: false })] }],
  violating: [{ what: "privileged", plan: [task({ privileged: true })], reports: [/^task: the container "registry" is privileged/] }],
  undefinedProperty: [
    { what: "nothing", plan: [task()] },
    { what: "not known yet", plan: [task({}, { containerDefinitions: unknown })] },
  ],
});
