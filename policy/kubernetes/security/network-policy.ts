import { cisKubernetes, mlps, PolicyGroup, type Finding } from "ha-registry-policy-common";
import { objectsPolicy } from "../object-policy";
import { ofType, shareNamespace, types, type Selector } from "../objects";
import { Role, selectsPods, withRole } from "../workloads";

/** Pods that every other pod reaches: CIS Kubernetes 5.3.2. */
export const networkPolicy = objectsPolicy(
  {
    name: "network-policy",
    group: PolicyGroup.Security,
    description: "NetworkPolicies say who reaches registries, Redis and stores.",
    reason:
      "Without one every pod of the cluster reaches every port: the registry's debug port, which serves profiles of its memory, Redis, and the store itself, past the balancer's limits and logs.",
    severity: "high",
    enforcementLevel: "mandatory",
    mend: "Add NetworkPolicies whose `podSelector` finds the pods (`{}`: all of the namespace); the cluster's network has to enforce them.",
    controls: [cisKubernetes("5.3.2"), mlps("8.1.4.4")],
  },
  (objects) => {
    const policies = ofType<{ podSelector?: Selector; policyTypes?: string[] }>(objects, types.networkPolicy).filter(
      ({ properties: { spec } }) => spec?.policyTypes?.includes("Ingress") ?? true,
    );
    return withRole(objects, Role.Registry, Role.Redis, Role.Sentinel, Role.ObjectStore)
      .filter((workload) => !policies.some((policy) => shareNamespace(policy, workload) && isFound(policy, workload)))
      .map((about): Finding => ({ message: "is reached by every pod of the cluster: add a NetworkPolicy", about }));
  },
);

function isFound(
  policy: ReturnType<typeof ofType<{ podSelector?: Selector }>>[number],
  workload: Parameters<typeof selectsPods>[1],
): boolean {
  return policy.unknown.has("spec") || selectsPods(policy.properties.spec?.podSelector ?? {}, workload);
}
