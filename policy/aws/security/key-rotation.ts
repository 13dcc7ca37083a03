import { mlps, PolicyGroup, securityHub } from "ha-registry-policy-common";
import { awsPolicy } from "../aws-policy";
import { types } from "../resources";

interface Key {
  customKeyStoreId?: string;
  customerMasterKeySpec?: string;
  enableKeyRotation?: boolean;
}

/** Keys that stay the same for ever: AWS Security Hub KMS.4. */
export const keyRotation = awsPolicy<Key>(
  {
    name: "key-rotation",
    group: PolicyGroup.Security,
    description: "KMS gives every symmetric key new material each year.",
    reason:
      "The less is encrypted with one key, the less is lost with it; KMS keeps the old material for what is there, so that nobody notices.",
    severity: "medium",
    enforcementLevel: "mandatory",
    mend: "Set `enableKeyRotation: true`.",
    controls: [securityHub("KMS.4"), mlps("8.1.4.8")],
  },
  types.key,
  ({ unknown, properties: { customKeyStoreId, customerMasterKeySpec = "SYMMETRIC_DEFAULT", enableKeyRotation } }) =>
    // AWS rotates no keys of other kinds.
    customerMasterKeySpec !== "SYMMETRIC_DEFAULT" ||
    customKeyStoreId !== undefined ||
    enableKeyRotation === true ||
    unknown.has("enableKeyRotation")
      ? []
      : ["stays the same for ever: set `enableKeyRotation: true`"],
);
