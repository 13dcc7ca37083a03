import { sharedHttpSecret } from "ha-registry-policy-kubernetes/dist/availability/shared-http-secret";
import { types } from "ha-registry-policy-kubernetes/dist/objects";
import { testPolicy, unknown } from "../../support/judge";
import { object, workload } from "../../support/kubernetes";

const text = (http: string, more = "") => `version: 0.1\nhttp: { ${http} }\nstorage: { filesystem: {} }\n${more}`;
const map = (content: string) => object(types.configMap, undefined, { name: "files", properties: { data: { "config.yml": content } } });
const secret = (content: string) =>
  object(types.secret, undefined, { name: "files", properties: { data: { "config.yml": Buffer.from(content).toString("base64") } } });
const pods = (replicas: number, container = {}) => workload({ name: "pods", spec: { replicas }, container });

testPolicy(sharedHttpSecret, {
  compliant: [
    { what: "one for all", plan: [pods(2), secret(text("secret: s"))] },
    { what: "from a Secret", plan: [pods(2, { env: [{ name: "REGISTRY_HTTP_SECRET", valueFrom: {} }] }), map(text("addr: :5000"))] },
    { what: "a single pod", plan: [pods(1), map(text("addr: :5000"))] },
    { what: "a cache, to which nobody pushes", plan: [pods(2), map(text("addr: :5000", "proxy: { remoteurl: 'https://up.example' }\n"))] },
    { what: "other files", plan: [pods(2), map("version: 0.1\nservices: {}\n")] },
  ],
  violating: [
    {
      what: "none",
      plan: [pods(2), map(text("addr: :5000"))],
      reports: [/^files: configures several pods without `http\.secret` \(config\.yml\)/],
    },
    { what: "none, in a Secret", plan: [pods(2), secret(text("addr: :5000"))], reports: [/^files: /] },
    { what: "an empty one", plan: [pods(2), map(text("secret: ''"))], reports: [/^files: /] },
  ],
  undefinedProperty: [
    { what: "no files", plan: [pods(2)] },
    { what: "files that are not known yet", plan: [pods(2), map(unknown)] },
    { what: "an environment that is taken as a whole", plan: [pods(2, { envFrom: [{}] }), map(text("addr: :5000"))] },
  ],
});
