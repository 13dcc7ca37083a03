import { sharedHttpSecret } from "ha-registry-policy-aws/dist/availability/shared-http-secret";
import { resource, service, task } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const configuration = (secret = "") => `version: 0.1\nhttp: { secret: "${secret}" }\nstorage: { s3: {} }\n`;
const running = (container: Record<string, unknown>, properties: Record<string, unknown> = { desiredCount: 3 }) => [
  task(container),
  service(properties),
];
const configured = (text: string) => running({ environment: [{ name: "CONFIGURATION", value: text }], command: ["sh"] });
const variables = [{ name: "REGISTRY_STORAGE_S3_BUCKET", value: "images" }];

testPolicy(sharedHttpSecret, {
  compliant: [
    { what: "in the configuration", plan: configured(configuration("one for all")) },
    { what: "in Base64", plan: configured(Buffer.from(configuration("one for all")).toString("base64")) },
    { what: "from a secret", plan: running({ environment: variables, secrets: [{ name: "REGISTRY_HTTP_SECRET", valueFrom: "arn" }] }) },
    { what: "a single task", plan: running({ environment: variables }, { desiredCount: 1 }) },
    {
      what: "a cache of another registry",
      plan: running({ environment: [...variables, { name: "REGISTRY_PROXY_REMOTEURL", value: "x" }] }),
    },
    { what: "files that nobody sees", plan: running({ environment: variables, mountPoints: [{ containerPath: "/etc/distribution" }] }) },
  ],
  violating: [
    {
      what: "none in the configuration",
      plan: configured(configuration()),
      reports: [/^task: configures several registries without `http\.secret` \(CONFIGURATION of the container "registry"\)/],
    },
    { what: "in Base64", plan: configured(Buffer.from(configuration()).toString("base64")), reports: [/^task: /] },
    {
      what: "none in a secret of several files",
      plan: [
        ...running({ command: ["sh"] }),
        resource("secretVersion", { secretString: JSON.stringify({ "config.yml": configuration(), htpasswd: "x" }) }, { name: "files" }),
      ],
      reports: [/^files: .*\(config\.yml\)/],
    },
    {
      what: "none in a parameter",
      plan: [...running({ command: ["sh"] }), resource("parameter", { value: configuration() }, { name: "file" })],
      reports: [/^file: /],
    },
    { what: "none among the variables", plan: running({ environment: variables }), reports: [/^task: /] },
  ],
  undefinedProperty: [
    { what: "no environment", plan: running({}) },
    {
      what: "a number of tasks that is not known yet",
      plan: running({ environment: variables }, { desiredCount: unknown }),
      reports: [/^task: /],
    },
    { what: "containers that are not known yet", plan: [task({}, { containerDefinitions: unknown }), service()] },
  ],
});
