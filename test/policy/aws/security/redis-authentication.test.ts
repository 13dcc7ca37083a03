import { redisAuthentication } from "ha-registry-policy-aws/dist/security/redis-authentication";
import { resource } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const group = (properties: Record<string, unknown>) => [resource("replicationGroup", properties)];

testPolicy(redisAuthentication, {
  compliant: [
    { what: "a password", plan: group({ authToken: "x" }) },
    { what: "a password that is not kept", plan: group({ authTokenWoVersion: 1 }) },
    { what: "users", plan: group({ userGroupIds: ["registry"] }) },
  ],
  violating: [{ what: "an empty password", plan: group({ authToken: "" }), reports: [/^box: takes whoever reaches it/] }],
  undefinedProperty: [
    { what: "nothing", plan: group({}), reports: [/^box: /] },
    { what: "not known yet", plan: group({ authToken: unknown }) },
  ],
});
