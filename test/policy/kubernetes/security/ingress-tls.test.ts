import { ingressTls } from "ha-registry-policy-kubernetes/dist/security/ingress-tls";
import { types } from "ha-registry-policy-kubernetes/dist/objects";
import { testPolicy, unknown } from "../../support/judge";
import { object } from "../../support/kubernetes";

const rules = [{ host: "registry.corp.example" }];
const ingress = (spec: unknown, annotations: Record<string, string> = {}) => [object(types.ingress, spec, { metadata: { annotations } })];
const gateway = (...protocols: string[]) => [
  object(types.gateway, { listeners: protocols.map((protocol) => ({ name: protocol.toLowerCase(), protocol })) }),
];

testPolicy(ingressTls, {
  compliant: [
    { what: "its name", plan: ingress({ rules, tls: [{ hosts: ["registry.corp.example"] }] }) },
    { what: "every name of the domain", plan: ingress({ rules, tls: [{ hosts: ["*.corp.example"] }] }) },
    { what: "every name", plan: ingress({ rules, tls: [{ secretName: "s" }] }) },
    { what: "TLS that goes through", plan: ingress({ rules }, { "nginx.ingress.kubernetes.io/ssl-passthrough": "true" }) },
    { what: "a Gateway", plan: gateway("HTTPS", "TLS") },
  ],
  violating: [
    { what: "no TLS", plan: ingress({ rules }), reports: [/^box: serves registry\.corp\.example in clear/] },
    { what: "another name's", plan: ingress({ rules, tls: [{ hosts: ["shop.corp.example"] }] }), reports: [/in clear/] },
    { what: "any name", plan: ingress({ rules: [{}] }), reports: [/serves every name in clear/] },
    { what: "a listener in clear", plan: gateway("HTTPS", "HTTP"), reports: [/listens in clear \(http\)/] },
  ],
  undefinedProperty: [
    { what: "no rules", plan: ingress({}) },
    { what: "not known yet", plan: ingress({ rules: [{ host: unknown }] }) },
    { what: "no listeners", plan: [object(types.gateway, {})] },
  ],
});
