import { secretsInEnvironment } from "ha-registry-policy-docker/dist/security/secrets-in-environment";
import { testPolicy, unknown } from "../../support/judge";

testPolicy(secretsInEnvironment, {
  compliant: [
    {
      what: "a path",
      plan: { envs: ["REGISTRY_AUTH_HTPASSWD_PATH=/auth/htpasswd", "POSTGRES_PASSWORD_FILE=/run/secrets/x", "PATH=/bin"] },
    },
    { what: "an empty variable", plan: { envs: ["TOKEN="] } },
    { what: "a command that names a file", plan: { command: ["redis-server", "/files/redis.conf"], entrypoints: ["sh"] } },
    { what: "a URL without a login", plan: { envs: ["PROXY=http://proxy.corp.example:3128"] } },
  ],
  violating: [
    { what: "a key of S3", plan: { envs: ["REGISTRY_STORAGE_S3_SECRETKEY=abc"] }, reports: [/REGISTRY_STORAGE_S3_SECRETKEY/] },
    { what: "the HTTP secret", plan: { envs: ["REGISTRY_HTTP_SECRET=abc"] }, reports: [/REGISTRY_HTTP_SECRET/] },
    { what: "a password in a URL", plan: { envs: ["UPSTREAM=https://user:hunter2@host/"] }, reports: [/UPSTREAM/] },
    { what: "Redis's password", plan: { command: ["redis-server", "--requirepass", "hunter2"] }, reports: [/in the command/] },
    { what: "a key in a label", plan: { labels: [{ label: "key", value: "-----BEGIN EC PRIVATE KEY-----" }] }, reports: [/the label key/] },
  ],
  undefinedProperty: [
    { what: "nothing said", plan: {} },
    { what: "not known yet", plan: { envs: [unknown], command: unknown } },
  ],
  configured: [
    { what: "a name that only sounds like it", plan: { envs: ["TOKEN_BUCKET=5"] }, configuration: { allowed: ["TOKEN_BUCKET"] } },
  ],
});
