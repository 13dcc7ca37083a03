import { secretsInConfigmaps } from "ha-registry-policy-kubernetes/dist/security/secrets-in-configmaps";
import { types } from "ha-registry-policy-kubernetes/dist/objects";
import { testPolicy, unknown } from "../../support/judge";
import { object } from "../../support/kubernetes";

const map = (content?: unknown, type: string = types.configMap) => [object(type, undefined, { properties: { data: { file: content } } })];
const configuration = (http: string) => `version: 0.1\nhttp:\n  ${http}\nstorage: { filesystem: {} }\n`;

testPolicy(secretsInConfigmaps, {
  compliant: [
    { what: "a certificate", plan: map("-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n") },
    { what: "a configuration without secrets", plan: map(configuration("addr: :5000")) },
    { what: "HAProxy's", plan: map("frontend clients\n  bind :443 ssl crt /certificate\n  http-request deny if { path /secret: }\n") },
    { what: "a Secret", plan: map("-----BEGIN PRIVATE KEY-----", types.secret) },
  ],
  violating: [
    { what: "a private key", plan: map("-----BEGIN EC PRIVATE KEY-----\nMII\n"), reports: [/^box: has a secret in file/] },
    { what: "the HTTP secret", plan: map(configuration("secret: hunter2")), reports: [/has a secret/] },
    { what: "hashes of passwords", plan: map("admin:$2y$05$abcdefghijklmnopqrstuv\n"), reports: [/has a secret/] },
    { what: "Redis's password", plan: map("port 6379\nrequirepass hunter2\n"), reports: [/has a secret/] },
    { what: "a login", plan: map("url=redis://user:hunter2@cache:6379"), reports: [/has a secret/] },
  ],
  undefinedProperty: [
    { what: "no data", plan: [object(types.configMap, undefined)] },
    { what: "not known yet", plan: map(unknown) },
  ],
});
