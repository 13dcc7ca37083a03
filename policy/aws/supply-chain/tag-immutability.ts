import { guides, mlps, PolicyGroup, securityHub } from "ha-registry-policy-common";
import { awsPolicy } from "../aws-policy";
import { types } from "../resources";

/** Tags that can be moved: AWS Security Hub ECR.2, CVE-2026-33634. */
export const tagImmutability = awsPolicy<{ appliedFors?: string[]; imageTagMutability?: string }>(
  {
    name: "tag-immutability",
    group: PolicyGroup.SupplyChain,
    description: "A tag of a repository in ECR stays with its image.",
    reason:
      "Whoever may push moves tags that production runs to an image of their own: those of Trivy led to stolen secrets in March 2026 (CVE-2026-33634).",
    severity: "high",
    enforcementLevel: "mandatory",
    mend: 'Set `imageTagMutability: "IMMUTABLE"`, or `"IMMUTABLE_WITH_EXCLUSION"` and filters for tags that have to move, as those of caches.',
    controls: [securityHub("ECR.2"), mlps("8.1.4.7"), guides("fixed tags instead of latest")],
  },
  [...types.repository, ...types.repositoryTemplate],
  ({ unknown, properties: { appliedFors = [], imageTagMutability = "MUTABLE" } }) =>
    // A cache follows the tags of its upstream.
    appliedFors.join() === "PULL_THROUGH_CACHE" || imageTagMutability.startsWith("IMMUTABLE") || unknown.has("imageTagMutability")
      ? []
      : ['lets tags be moved to other images: set `imageTagMutability: "IMMUTABLE"`'],
);
