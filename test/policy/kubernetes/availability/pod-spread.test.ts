import { podSpread } from "ha-registry-policy-kubernetes/dist/availability/pod-spread";
import { testPolicy, unknown } from "../../support/judge";
import { workload } from "../../support/kubernetes";

const spec = { replicas: 2 };

testPolicy(podSpread, {
  compliant: [
    { what: "over hosts", plan: [workload({ spec, pod: { topologySpreadConstraints: [{ topologyKey: "kubernetes.io/hostname" }] } })] },
    { what: "by anti-affinity", plan: [workload({ spec, pod: { affinity: { podAntiAffinity: {} } } })] },
    { what: "a single one", plan: [workload()] },
    { what: "something else", plan: [workload({ spec, container: { image: "shop:1.2" } })] },
  ],
  violating: [
    { what: "two anywhere", plan: [workload({ spec })], reports: [/^box: may have all its pods on one host/] },
    { what: "no constraint", plan: [workload({ spec, pod: { topologySpreadConstraints: [] } })], reports: [/one host/] },
    {
      what: "balancers with an affinity to hosts alone",
      plan: [workload({ spec, container: { image: "haproxy:3.0.11" }, pod: { affinity: { nodeAffinity: {} } } })],
      reports: [/one host/],
    },
  ],
  undefinedProperty: [
    { what: "not known yet", plan: [workload({ spec, pod: { topologySpreadConstraints: [{ topologyKey: unknown }] } })] },
    { what: "a number that is not known yet", plan: [workload({ spec: { replicas: unknown } })] },
  ],
});
