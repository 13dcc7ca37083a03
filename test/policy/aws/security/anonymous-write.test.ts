import { anonymousWrite } from "ha-registry-policy-aws/dist/security/anonymous-write";
import { resource, task } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const configuration = (auth: string) => `version: 0.1\nstorage: { s3: {} }\n${auth}\n`;
const having = (text: string) => [task({ command: ["sh"], environment: [{ name: "CONFIGURATION", value: text }] })];
const variables = (...names: string[]) => [
  task({ environment: ["REGISTRY_STORAGE_S3_BUCKET", ...names].map((name) => ({ name, value: "x" })) }),
];

testPolicy(anonymousWrite, {
  compliant: [
    { what: "with a login", plan: having(configuration("auth: { htpasswd: { realm: x, path: /x } }")) },
    {
      what: "read-only",
      plan: [task({ environment: [{ name: "X", value: "version: 0.1\nstorage: { maintenance: { readonly: { enabled: true } } }\n" }] })],
    },
    { what: "a login by variables", plan: variables("REGISTRY_AUTH_HTPASSWD_PATH") },
    { what: "a cache of another registry", plan: variables("REGISTRY_PROXY_REMOTEURL") },
    {
      what: "what only collects",
      plan: [task({ command: ["garbage-collect"], environment: [{ name: "REGISTRY_STORAGE", value: "s3" }] })],
    },
  ],
  violating: [
    {
      what: "without a login",
      plan: having(configuration("")),
      reports: [/^task: configures a registry to which everyone can push \(CONFIGURATION of the container "registry"\)/],
    },
    { what: "without a login, in Base64", plan: having(Buffer.from(configuration("")).toString("base64")), reports: [/^task: /] },
    {
      what: "without a login, in a secret of several files",
      plan: [resource("secretVersion", { secretString: JSON.stringify({ "config.yml": configuration("") }) })],
      reports: [/^box: .*\(config\.yml\)/],
    },
    { what: "by variables", plan: variables(), reports: [/^task: the container "registry" is a registry to which everyone can push/] },
  ],
  undefinedProperty: [
    { what: "no environment", plan: [task()] },
    { what: "a secret that is no JSON", plan: [resource("secretVersion", { secretString: "{" })] },
    { what: "a secret that is not known yet", plan: [resource("secretVersion", { secretString: unknown })] },
    { what: "not known yet", plan: [task({}, { containerDefinitions: unknown })] },
  ],
});
