import { privilegedContainer } from "ha-registry-policy-docker/dist/security/privileged-container";
import { testPolicy, unknown } from "../../support/judge";

testPolicy(privilegedContainer, {
  compliant: [
    { what: "not privileged", plan: { image: "registry:3.1.2", privileged: false } },
    { what: "privileged, but never started", plan: { privileged: true, start: false } },
  ],
  violating: [{ what: "privileged", plan: { privileged: true }, reports: [/is privileged/] }],
  undefinedProperty: [
    { what: "nothing said", plan: {} },
    { what: "not known yet", plan: { privileged: unknown } },
  ],
});
