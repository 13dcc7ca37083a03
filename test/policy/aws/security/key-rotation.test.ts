import { keyRotation } from "ha-registry-policy-aws/dist/security/key-rotation";
import { resource } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const key = (properties: Record<string, unknown>) => [resource("key", properties)];

testPolicy(keyRotation, {
  compliant: [
    { what: "each year", plan: key({ enableKeyRotation: true }) },
    { what: "a kind that AWS rotates not", plan: key({ customerMasterKeySpec: "ECC_NIST_P256" }) },
    { what: "in a store of one's own", plan: key({ customKeyStoreId: "cks-1" }) },
  ],
  violating: [{ what: "never", plan: key({ enableKeyRotation: false }), reports: [/^box: stays the same for ever/] }],
  undefinedProperty: [
    { what: "nothing", plan: key({}), reports: [/^box: /] },
    { what: "not known yet", plan: key({ enableKeyRotation: unknown }) },
  ],
});
