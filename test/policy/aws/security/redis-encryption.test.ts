import { redisEncryption } from "ha-registry-policy-aws/dist/security/redis-encryption";
import { resource } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const group = (changes: Record<string, unknown> = {}) => [
  resource("replicationGroup", { atRestEncryptionEnabled: true, transitEncryptionEnabled: true, ...changes }),
];

testPolicy(redisEncryption, {
  compliant: [
    { what: "both", plan: group({ transitEncryptionMode: "required" }) },
    { what: "as text", plan: group({ atRestEncryptionEnabled: "true" }) },
  ],
  violating: [
    { what: "on the way", plan: group({ transitEncryptionEnabled: false }), reports: [/^box: speaks in clear: /] },
    { what: "for those that want to", plan: group({ transitEncryptionMode: "preferred" }), reports: [/with those that want to/] },
    { what: "at rest", plan: group({ atRestEncryptionEnabled: false }), reports: [/not encrypted at rest/] },
  ],
  undefinedProperty: [
    { what: "nothing", plan: [resource("replicationGroup")], reports: [/speaks in clear/, /at rest/] },
    { what: "not known yet", plan: group({ transitEncryptionEnabled: unknown, atRestEncryptionEnabled: unknown }) },
  ],
});
