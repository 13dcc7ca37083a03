import { ingressLimits } from "ha-registry-policy-kubernetes/dist/availability/ingress-limits";
import { types } from "ha-registry-policy-kubernetes/dist/objects";
import { testPolicy, unknown } from "../../support/judge";
import { object } from "../../support/kubernetes";

const prefix = "nginx.ingress.kubernetes.io/proxy-";
const ingress = (annotations: unknown, ingressClassName = "nginx") => [
  object(types.ingress, { ingressClassName }, { metadata: { annotations } }),
];
const route = (timeouts?: Record<string, string>) => [object(types.httpRoute, { rules: [{ timeouts }] })];
const patient = { [`${prefix}read-timeout`]: "900", [`${prefix}send-timeout`]: "900" };

testPolicy(ingressLimits, {
  compliant: [
    { what: "no bound, and patience", plan: ingress({ [`${prefix}body-size`]: "0", ...patient }) },
    { what: "a controller without a bound", plan: ingress({}, "traefik") },
    { what: "a route without a bound", plan: route({ request: "0s" }) },
    { what: "a route with patience", plan: route({ request: "1h30m" }) },
  ],
  violating: [
    { what: "the bounds of nginx", plan: ingress({}), reports: [/layers above 1 MiB/, /read-timeout` to 300/, /send-timeout` to 300/] },
    { what: "a larger bound", plan: ingress({ [`${prefix}body-size`]: "2g", ...patient }), reports: [/layers above 2g/] },
    { what: "an impatient route", plan: route({ backendRequest: "30s" }), reports: [/after 30s: leave out `timeouts\.backendRequest`/] },
  ],
  undefinedProperty: [
    { what: "annotations that are not known yet", plan: ingress({ some: unknown }) },
    { what: "no class", plan: [object(types.ingress, {}, { metadata: {} })] },
    { what: "no timeouts", plan: route() },
  ],
  configured: [{ what: "a minute is enough", plan: route({ request: "90s" }), configuration: { minimumSeconds: 60 } }],
});
