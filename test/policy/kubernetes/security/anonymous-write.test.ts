import { anonymousWrite } from "ha-registry-policy-kubernetes/dist/security/anonymous-write";
import { types } from "ha-registry-policy-kubernetes/dist/objects";
import { testPolicy, unknown } from "../../support/judge";
import { object, workload } from "../../support/kubernetes";

const plan = (more: string, storage = "filesystem: {}") => [
  workload({ name: "pods" }),
  object(types.configMap, undefined, {
    name: "files",
    properties: { data: { "config.yml": `version: 0.1\nstorage: { ${storage} }\n${more}` } },
  }),
];

testPolicy(anonymousWrite, {
  compliant: [
    { what: "passwords", plan: plan("auth: { htpasswd: { path: /x } }") },
    { what: "read-only", plan: plan("", "maintenance: { readonly: { enabled: true } }") },
    { what: "a cache", plan: plan("proxy: { remoteurl: 'https://up.example' }") },
    { what: "other files", plan: [workload(), object(types.configMap, undefined, { properties: { data: { a: "version: 0.1" } } })] },
  ],
  violating: [
    { what: "nothing", plan: plan(""), reports: [/^files: configures a registry to which everyone can push \(config\.yml\)/] },
    { what: "what asks for nothing", plan: plan("auth: { silly: { realm: r } }"), reports: [/everyone can push/] },
  ],
  undefinedProperty: [
    { what: "no files", plan: [workload()] },
    { what: "not known yet", plan: [workload(), object(types.secret, undefined, { properties: { data: { "config.yml": unknown } } })] },
  ],
});
