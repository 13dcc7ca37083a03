import { mlps, PolicyGroup, securityHub, type CommonSettings } from "ha-registry-policy-common";
import { awsPolicy } from "../aws-policy";
import { types } from "../resources";

interface Settings extends CommonSettings {
  allowed: string[];
}

/** Keys that are too short: AWS Security Hub ACM.2. */
export const certificateKey = awsPolicy<{ keyAlgorithm?: string }, Settings>(
  {
    name: "certificate-key",
    group: PolicyGroup.Security,
    description: "Certificates have RSA keys of 2048 bits or more, or elliptic curves.",
    reason: "Keys of 1024 bits are within reach of those with means, and no public authority has signed one since 2014.",
    severity: "high",
    enforcementLevel: "mandatory",
    mend: "Leave out `keyAlgorithm` (RSA_2048), or set it to EC_prime256v1.",
    controls: [securityHub("ACM.2"), mlps("8.1.4.8")],
    configuration: {
      allowed: {
        type: "array",
        items: { type: "string" },
        description: "Algorithms that are allowed",
        default: ["RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1", "EC_secp384r1", "EC_secp521r1"],
      },
    },
  },
  types.certificate,
  ({ properties: { keyAlgorithm = "RSA_2048" } }, { allowed }) =>
    allowed.includes(keyAlgorithm) ? [] : [`has a key of ${keyAlgorithm}, which is not among ${allowed.join(", ")}`],
);
