import { cisKubernetes, isHidden, mlps, PolicyGroup } from "ha-registry-policy-common";
import { workloadPolicy } from "../object-policy";
import { types } from "../objects";
import { podOf, type PodTemplate, type Workload, type WorkloadSpec } from "../workloads";

/** Tokens that nobody needs: CIS Kubernetes 5.1.5 and 5.1.6. */
export const serviceAccountToken = workloadPolicy(
  {
    name: "service-account-token",
    group: PolicyGroup.Security,
    description: "A pod has a token for the API server only where it says that it needs one, with a ServiceAccount of its own.",
    reason:
      "Every pod gets one unless told otherwise, and no registry asks the API server anything. Who gets into a pod has the rights of all that share its ServiceAccount.",
    severity: "medium",
    enforcementLevel: "mandatory",
    mend: "Set `automountServiceAccountToken: false` on the pod; where it is needed `true`, with `serviceAccountName`. The level `remediate` does the first.",
    controls: [cisKubernetes("5.1.5"), cisKubernetes("5.1.6"), mlps("8.1.4.2")],
  },
  (workload) =>
    getsToken(workload)
      ? ["gets a token for the API server: set `automountServiceAccountToken: false`, or `true` with a `serviceAccountName` of its own"]
      : [],
  (workload) => {
    const { spec } = podOf(workload);
    // With an account of its own somebody may have meant it to have one, and what is not known yet would get lost.
    if (!getsToken(workload) || workload.unknown.has("spec") || hasOwnAccount(spec)) return undefined;
    return { spec: withoutToken(workload) };
  },
);

function getsToken(workload: Workload): boolean {
  const { spec } = podOf(workload);
  if (spec === undefined || isHidden(spec, "automountServiceAccountToken") || isHidden(spec, "serviceAccountName")) return false;
  const { automountServiceAccountToken: mounted } = spec;
  return mounted === undefined || (mounted && !hasOwnAccount(spec));
}

function hasOwnAccount({ serviceAccountName = "default" }: PodTemplate["spec"] & object = {}): boolean {
  return serviceAccountName !== "default";
}

function withoutToken(workload: Workload): WorkloadSpec {
  const { type, properties } = workload;
  const { spec = {} } = properties;
  const { metadata, spec: pod } = podOf(workload);
  const mended = { ...pod, automountServiceAccountToken: false };
  if (type === types.pod) return { ...spec, ...mended };
  const template = { ...(metadata === undefined ? {} : { metadata }), spec: mended };
  if (type !== types.cronJob) return { ...spec, template };
  return { ...spec, jobTemplate: { ...spec.jobTemplate, spec: { ...spec.jobTemplate?.spec, template } } };
}
