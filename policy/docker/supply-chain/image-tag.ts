import { tagOfImage, type TagSettings } from "ha-registry-policy-common";
import { containerPolicy } from "../container-policy";

/** Images that are another one tomorrow: the guides' "fixed tags instead of latest". */
export const imageTag = containerPolicy<TagSettings>(tagOfImage.rule, ({ stack, properties: { image } }, settings) =>
  tagOfImage.problems({ stack, image }, settings),
);
