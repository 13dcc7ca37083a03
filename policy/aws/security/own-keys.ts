import { mlps, PolicyGroup, securityHub } from "ha-registry-policy-common";
import { awsPolicy } from "../aws-policy";
import { types } from "../resources";

/** By which property each kind is told its key, whatever it has else. */
const properties = new Map<string, string>(
  [...types.logGroup, ...types.replicationGroup, ...types.secret, ...types.trail].map((type) => [type, "kmsKeyId"]),
);

interface Encrypted {
  encryptionConfigurations?: { encryptionType?: string; kmsKey?: string }[];
  kmsKeyId?: string;
}

/** Keys that nobody can take away: AWS Security Hub CloudTrail.2 and ECR.5. */
export const ownKeys = awsPolicy<Encrypted>(
  {
    name: "own-keys",
    group: PolicyGroup.Security,
    description: "Secrets, logs, trails, caches and repositories are encrypted with a KMS key of one's own.",
    reason:
      "AWS's own keys serve everyone who may read the resource. A key of one's own is a second right, its use is logged, and it can be taken away.",
    severity: "low",
    enforcementLevel: "advisory",
    mend: 'Set `kmsKeyId`; of repositories `encryptionConfigurations: [{ encryptionType: "KMS", kmsKey }]`, which only a new repository takes.',
    controls: [securityHub("CloudTrail.2"), securityHub("ECR.5"), mlps("8.1.4.8")],
  },
  [...properties.keys(), ...types.repository, ...types.repositoryTemplate],
  ({ type, unknown, properties: { encryptionConfigurations = [], kmsKeyId } }) => {
    const plain = properties.get(type);
    if (plain !== undefined)
      return kmsKeyId !== undefined || unknown.has(plain) ? [] : ["is encrypted with a key of AWS's: set `kmsKeyId`"];
    const own = encryptionConfigurations.some(
      ({ encryptionType = "", kmsKey }) => encryptionType.startsWith("KMS") && kmsKey !== undefined,
    );
    return own || unknown.has("encryptionConfigurations") ? [] : ["is encrypted with a key of AWS's: set `encryptionConfigurations`"];
  },
);
