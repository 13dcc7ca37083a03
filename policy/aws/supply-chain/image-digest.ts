import { digestOfImage } from "ha-registry-policy-common";
import { imagePolicy } from "../task-policy";

/** Tags that were moved to malicious images: CVE-2026-33634. */
export const imageDigest = imagePolicy(digestOfImage.rule, digestOfImage);
