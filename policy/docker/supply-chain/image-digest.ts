import { digestOfImage, type ProductionSettings } from "ha-registry-policy-common";
import { containerPolicy } from "../container-policy";

/** Tags that were moved to malicious images: CVE-2026-33634. */
export const imageDigest = containerPolicy<ProductionSettings>(digestOfImage.rule, ({ stack, properties: { image } }, settings) =>
  digestOfImage.problems({ stack, image }, settings),
);
