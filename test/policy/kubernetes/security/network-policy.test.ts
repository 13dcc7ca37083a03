import { networkPolicy } from "ha-registry-policy-kubernetes/dist/security/network-policy";
import { types } from "ha-registry-policy-kubernetes/dist/objects";
import { testPolicy, unknown } from "../../support/judge";
import { object, selector, workload } from "../../support/kubernetes";

const policy = (spec: unknown, further = {}) => object(types.networkPolicy, spec, further);

testPolicy(networkPolicy, {
  compliant: [
    { what: "of these pods", plan: [workload(), policy({ podSelector: selector, policyTypes: ["Ingress"] })] },
    { what: "of all pods", plan: [workload(), policy({ podSelector: {} })] },
    { what: "something else", plan: [workload({ container: { image: "shop:1.2" } })] },
  ],
  violating: [
    { what: "none", plan: [workload()], reports: [/^box: is reached by every pod/] },
    {
      what: "of other pods",
      plan: [workload(), policy({ podSelector: { matchLabels: { app: "shop" } } })],
      reports: [/box-1: is reached/],
    },
    {
      what: "of another namespace",
      plan: [workload(), policy({ podSelector: {} }, { metadata: { namespace: "shop" } })],
      reports: [/box-1: is reached/],
    },
    {
      what: "of what goes out alone",
      plan: [workload(), policy({ podSelector: {}, policyTypes: ["Egress"] })],
      reports: [/box-1: is reached/],
    },
    { what: "none, of a cache", plan: [workload({ container: { image: "redis:8.2" } })], reports: [/is reached/] },
  ],
  undefinedProperty: [
    { what: "no selector, which finds all", plan: [workload(), policy({})] },
    { what: "not known yet", plan: [workload(), policy({ podSelector: unknown })] },
  ],
});
