import { secretsInEnvironment } from "ha-registry-policy-kubernetes/dist/security/secrets-in-environment";
import { testPolicy, unknown } from "../../support/judge";
import { running } from "../../support/kubernetes";

const having = (name: string, value?: string) => running({ env: [{ name, value, ...(value === undefined ? { valueFrom: {} } : {}) }] });

testPolicy(secretsInEnvironment, {
  compliant: [
    { what: "from a Secret", plan: having("REGISTRY_HTTP_SECRET") },
    { what: "the name of a file", plan: having("PASSWORD_FILE", "/run/password") },
    { what: "something else", plan: having("LEVEL", "info") },
  ],
  violating: [
    {
      what: "by its name",
      plan: having("REGISTRY_HTTP_SECRET", "hunter2"),
      reports: [/^box: the container "registry" has a secret in the environment variable REGISTRY_HTTP_SECRET/],
    },
    { what: "by its content", plan: having("CACHE", "redis://u:hunter2@cache"), reports: [/variable CACHE/] },
    { what: "in the command", plan: running({ command: ["redis-server"], args: ["--requirepass", "hunter2"] }), reports: [/its command/] },
  ],
  undefinedProperty: [
    { what: "nothing", plan: running({}) },
    { what: "not known yet", plan: having("REGISTRY_HTTP_SECRET", unknown) },
  ],
  configured: [{ what: "a name that is none", plan: having("TOKEN", "x"), configuration: { allowed: ["TOKEN"] } }],
});
