import { cisKubernetes, PolicyGroup } from "ha-registry-policy-common";
import { objectPolicy } from "../object-policy";
import { types } from "../objects";
import { workloadTypes } from "../workloads";

/** Things that nobody keeps apart: CIS Kubernetes 5.7.1 and 5.7.4. */
export const defaultNamespace = objectPolicy(
  {
    name: "default-namespace",
    group: PolicyGroup.Security,
    description: "Nothing of a registry is in the namespace `default`.",
    reason:
      "Rights, quotas, NetworkPolicies and Pod Security go by namespace, and everybody's experiments are in `default`: who may read secrets there has the registry's.",
    severity: "medium",
    enforcementLevel: "mandatory",
    mend: "Make a Namespace, and set `metadata.namespace` on everything.",
    controls: [cisKubernetes("5.7.1"), cisKubernetes("5.7.4")],
  },
  [...workloadTypes, types.configMap, types.secret, types.service, types.persistentVolumeClaim],
  // Without a namespace it is the provider's, which a plan fills in where it can.
  ({ properties: { metadata } }) =>
    metadata?.namespace === "default" ? ["is in the namespace `default`: make one of its own, and set `metadata.namespace`"] : [],
);
