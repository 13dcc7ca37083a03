import { parseReference } from "ha-registry-core";
import { isProduction, mlps, PolicyGroup, productionSetting, type ProductionSettings } from "ha-registry-policy-common";
import { containerPolicy } from "../container-policy";

/** Tags that were moved to malicious images: CVE-2026-33634. */
export const imageDigest = containerPolicy<ProductionSettings>(
  {
    name: "image-digest",
    group: PolicyGroup.SupplyChain,
    description: "Production runs images by their digest, or by the ID of an image that was built on the spot.",
    reason:
      "Whoever gets hold of a publisher's account moves its tags: those of Trivy led to stolen secrets in March 2026 (CVE-2026-33634).",
    severity: "high",
    enforcementLevel: "mandatory",
    mend: "Write `registry:3.1.2@sha256:…`; `docker buildx imagetools inspect registry:3.1.2` tells the digest.",
    controls: [mlps("8.1.4.7")],
    configuration: productionSetting,
  },
  ({ stack, properties: { image } }, settings) => {
    if (image === undefined || !isProduction(stack, settings)) return [];
    const { id, digest } = parseReference(image) ?? {};
    return id === undefined && digest === undefined
      ? [`runs ${image} by a tag, which can be moved: add its digest, as ${image}@sha256:…`]
      : [];
  },
);
