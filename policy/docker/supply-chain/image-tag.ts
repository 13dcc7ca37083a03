import { parseReference } from "ha-registry-core";
import { guides, PolicyGroup, type CommonSettings } from "ha-registry-policy-common";
import { containerPolicy } from "../container-policy";

interface Settings extends CommonSettings {
  movingTags: string[];
}

/** Images that are another one tomorrow: the guides' "fixed tags instead of latest". */
export const imageTag = containerPolicy<Settings>(
  {
    name: "image-tag",
    group: PolicyGroup.SupplyChain,
    description: "Every image has a tag that names a version, or a digest; never `latest`.",
    reason: "`latest`, and no tag at all, is another image tomorrow: nobody chose it, nobody tested it, and nobody can go back.",
    severity: "high",
    enforcementLevel: "mandatory",
    mend: "Write the version (`registry:3.1.2`), or the digest (`registry@sha256:…`).",
    controls: [guides("fixed tags instead of latest")],
    configuration: {
      movingTags: {
        type: "array",
        items: { type: "string" },
        description: "Tags that are refused",
        default: ["latest", "stable", "edge", "main", "master", "nightly", "dev"],
      },
    },
  },
  ({ properties: { image } }, { movingTags }) => {
    if (image === undefined) return [];
    const { id, tag, digest } = parseReference(image) ?? {};
    if (id !== undefined || digest !== undefined) return [];
    if (tag === undefined) return [`runs ${image}, which stands for the newest: write its version or digest`];
    return movingTags.includes(tag) ? [`runs ${image}, which is another image tomorrow: write its version or digest`] : [];
  },
);
