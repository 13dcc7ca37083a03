import { cisKubernetes, mlps, PolicyGroup, type CommonSettings } from "ha-registry-policy-common";
import { objectPolicy } from "../object-policy";
import { types } from "../objects";

interface Settings extends CommonSettings {
  levels: string[];
}

const label = "pod-security.kubernetes.io/enforce";

/** Namespaces that let any pod in: CIS Kubernetes 5.2.1 and 5.2.2. */
export const podSecurityLevel = objectPolicy<object, Settings>(
  {
    name: "pod-security-level",
    group: PolicyGroup.Security,
    description: "Namespaces have a Pod Security level, so that the cluster itself refuses pods that could do more.",
    reason:
      "A plan is judged before it is applied; what anybody adds with kubectl afterwards is not. With a level the API server refuses privileged pods whoever asks for them.",
    severity: "high",
    enforcementLevel: "mandatory",
    mend: `Label the Namespace \`${label}: restricted\`.`,
    controls: [cisKubernetes("5.2.1"), cisKubernetes("5.2.2"), mlps("8.1.4.2")],
    configuration: {
      levels: { type: "array", items: { type: "string" }, description: "Levels that are strict enough", default: ["restricted"] },
    },
  },
  types.namespace,
  ({ properties: { metadata = {} }, unknown }, { levels }) => {
    const level = metadata.labels?.[label];
    if (unknown.has("metadata") || (level !== undefined && levels.includes(level))) return [];
    return [`lets in pods that may do more (${level ?? "no level"}): label it \`${label}: ${levels[0] ?? "restricted"}\``];
  },
);
