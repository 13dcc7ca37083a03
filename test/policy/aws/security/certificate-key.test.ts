import { certificateKey } from "ha-registry-policy-aws/dist/security/certificate-key";
import { resource } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const certificate = (keyAlgorithm?: unknown) => [resource("certificate", { keyAlgorithm })];

testPolicy(certificateKey, {
  compliant: [{ what: "an elliptic curve", plan: certificate("EC_prime256v1") }],
  violating: [{ what: "1024 bits", plan: certificate("RSA_1024"), reports: [/^box: has a key of RSA_1024/] }],
  undefinedProperty: [
    { what: "nothing, which is 2048 bits", plan: certificate() },
    { what: "not known yet", plan: certificate(unknown) },
  ],
  configured: [{ what: "longer ones", plan: certificate("RSA_2048"), configuration: { allowed: ["RSA_4096"] }, reports: [/RSA_2048/] }],
});
