import { accessKeys } from "ha-registry-policy-aws/dist/security/access-keys";
import { resource } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

testPolicy(accessKeys, {
  compliant: [{ what: "a role", plan: [resource("role")] }],
  violating: [{ what: "a key", plan: [resource("accessKey", { user: "registry" })], reports: [/^box: is a key that never ends/] }],
  undefinedProperty: [{ what: "whose it is is not known yet", plan: [resource("accessKey", { user: unknown })], reports: [/^box: /] }],
});
