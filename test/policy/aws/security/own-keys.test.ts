import { ownKeys } from "ha-registry-policy-aws/dist/security/own-keys";
import { resource } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const repository = (encryption?: unknown) => [resource("repository", { encryptionConfigurations: encryption })];

testPolicy(ownKeys, {
  compliant: [
    { what: "a secret's", plan: [resource("secret", { kmsKeyId: "arn" })] },
    { what: "a repository's", plan: repository([{ encryptionType: "KMS", kmsKey: "arn" }]) },
  ],
  violating: [
    { what: "what ECR does by itself", plan: repository([{ encryptionType: "AES256" }]), reports: [/^box: .*`encryptionConfigurations`/] },
    { what: "AWS's key for ECR", plan: repository([{ encryptionType: "KMS" }]), reports: [/^box: /] },
  ],
  undefinedProperty: [
    { what: "a trail's", plan: [resource("trail")], reports: [/^box: is encrypted with a key of AWS's: set `kmsKeyId`/] },
    { what: "logs'", plan: [resource("logGroup")], reports: [/`kmsKeyId`/] },
    { what: "a cache's", plan: [resource("replicationGroup")], reports: [/`kmsKeyId`/] },
    { what: "a repository's", plan: repository(), reports: [/^box: /] },
    { what: "not known yet", plan: [resource("secret", { kmsKeyId: unknown })] },
    { what: "a repository's that is not known yet", plan: repository([{ encryptionType: "KMS", kmsKey: unknown }]) },
  ],
});
