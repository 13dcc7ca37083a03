import { sourceRanges } from "ha-registry-policy-kubernetes/dist/security/source-ranges";
import { types } from "ha-registry-policy-kubernetes/dist/objects";
import { testPolicy, unknown } from "../../support/judge";
import { object } from "../../support/kubernetes";

const service = (spec: object, annotations: Record<string, string> = {}) => [
  object(types.service, { type: "LoadBalancer", ...spec }, { metadata: { annotations } }),
];
const stack = "prod";

testPolicy(sourceRanges, {
  compliant: [
    { what: "its clients' networks", plan: service({ loadBalancerSourceRanges: ["10.0.0.0/8"] }), stack },
    { what: "inside a cloud", plan: service({}, { "service.beta.kubernetes.io/aws-load-balancer-scheme": "internal" }), stack },
    { what: "inside the cluster", plan: service({ type: "ClusterIP" }), stack },
    { what: "no production", plan: service({}) },
  ],
  violating: [
    { what: "open", plan: service({}), stack, reports: [/^box: is open to the world/] },
    { what: "open by its range", plan: service({ loadBalancerSourceRanges: ["0.0.0.0/0"] }), stack, reports: [/open to the world/] },
    {
      what: "outside by its annotation",
      plan: service({}, { "service.beta.kubernetes.io/aws-load-balancer-scheme": "internet-facing" }),
      stack,
      reports: [/open/],
    },
  ],
  undefinedProperty: [
    { what: "no spec", plan: [object(types.service, undefined)], stack },
    { what: "not known yet", plan: service({ loadBalancerSourceRanges: [unknown] }), stack },
  ],
  configured: [
    { what: "other names of production", plan: service({}), stack: "live", configuration: { production: "^live" }, reports: [/open/] },
  ],
});
