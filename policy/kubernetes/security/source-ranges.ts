import { isProduction, mlps, PolicyGroup, productionSetting, type ProductionSettings } from "ha-registry-policy-common";
import { objectPolicy } from "../object-policy";
import { types } from "../objects";

interface ServiceSpec {
  loadBalancerSourceRanges?: string[];
  type?: string;
}

/** Annotations that keep a cloud's load balancer inside its network. */
const internal: Readonly<Record<string, RegExp>> = {
  "networking.gke.io/load-balancer-type": /^internal$/i,
  "service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type": /^intranet$/,
  "service.beta.kubernetes.io/aws-load-balancer-internal": /^true$/,
  "service.beta.kubernetes.io/aws-load-balancer-scheme": /^internal$/,
  "service.beta.kubernetes.io/azure-load-balancer-internal": /^true$/,
};

/** Load balancers that are open to the world: MLPS 8.1.4.4. */
export const sourceRanges = objectPolicy<ServiceSpec, ProductionSettings>(
  {
    name: "source-ranges",
    group: PolicyGroup.Security,
    description: "A load balancer of production lets in the networks of its clients alone, or is inside.",
    reason:
      "A Service of the type LoadBalancer gets a public address in most clouds: the login of a private registry is tried there within hours, and a hole in it found by everyone.",
    severity: "high",
    enforcementLevel: "mandatory",
    mend: "Set `loadBalancerSourceRanges`, or the annotation by which your cloud keeps the load balancer inside.",
    controls: [mlps("8.1.4.4")],
    configuration: productionSetting,
  },
  types.service,
  ({ stack, unknown, properties: { metadata = {}, spec = {} } }, settings) => {
    if (spec.type !== "LoadBalancer" || !isProduction(stack, settings) || unknown.has("spec") || unknown.has("metadata")) return [];
    const inside = Object.entries(metadata.annotations ?? {}).some(([name, value]) => internal[name]?.test(value) === true);
    const { loadBalancerSourceRanges: ranges = [] } = spec;
    const open = ranges.length === 0 || ranges.includes("0.0.0.0/0") || ranges.includes("::/0");
    return inside || !open ? [] : ["is open to the world: set `loadBalancerSourceRanges`, or keep it inside by your cloud's annotation"];
  },
);
