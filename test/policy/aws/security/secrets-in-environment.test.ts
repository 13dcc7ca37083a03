import { secretsInEnvironment } from "ha-registry-policy-aws/dist/security/secrets-in-environment";
import { task } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const having = (name: string, value: string) => [task({ environment: [{ name, value }] })];

testPolicy(secretsInEnvironment, {
  compliant: [
    { what: "from Secrets Manager", plan: [task({ secrets: [{ name: "REGISTRY_HTTP_SECRET", valueFrom: "arn" }] })] },
    { what: "the name of a file", plan: having("PASSWORD_FILE", "/run/password") },
    { what: "a certificate", plan: having("TOKEN_CRT", "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n") },
    { what: "public keys", plan: having("TOKEN_JWKS", '{"keys":[{"kty":"EC","x":"a","y":"b"}]}') },
    { what: "something else", plan: having("LEVEL", "info") },
  ],
  violating: [
    {
      what: "by its name",
      plan: having("REGISTRY_HTTP_SECRET", "hunter2"),
      reports: [/^task: the container "registry" has a secret in the environment variable REGISTRY_HTTP_SECRET/],
    },
    {
      what: "private keys",
      plan: having("TOKEN_JWKS", '{"keys":[{"kty":"EC","x":"a","y":"b","d":"c"}]}'),
      reports: [/variable TOKEN_JWKS/],
    },
    { what: "by its content", plan: having("CACHE", "redis://u:hunter2@cache"), reports: [/variable CACHE/] },
    { what: "in the command", plan: [task({ command: ["redis-server", "--requirepass", "hunter2"] })], reports: [/its command/] },
  ],
  undefinedProperty: [
    { what: "nothing", plan: [task()] },
    { what: "not known yet", plan: [task({}, { containerDefinitions: unknown })] },
  ],
  configured: [{ what: "a name that is none", plan: having("TOKEN", "x"), configuration: { allowed: ["TOKEN"] } }],
});
