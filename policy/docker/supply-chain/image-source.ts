import { cis, sourceOfImage, type SourceSettings } from "ha-registry-policy-common";
import { containerPolicy } from "../container-policy";

/** Where images come from: CIS Docker 4.2. */
export const imageSource = containerPolicy<SourceSettings>(
  { ...sourceOfImage.rule, controls: [cis("4.2"), ...(sourceOfImage.rule.controls ?? [])] },
  ({ stack, properties: { image } }, settings) => sourceOfImage.problems({ stack, image }, settings),
);
