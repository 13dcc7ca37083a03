import { floorOfImage, type FloorSettings } from "ha-registry-policy-common";
import { containerPolicy } from "../container-policy";

/** Versions with known holes: the image table of ha-registry-core names a CVE or a reason for each. */
export const imageFloor = containerPolicy<FloorSettings>(floorOfImage.rule, ({ stack, properties: { image } }, settings) =>
  floorOfImage.problems({ stack, image }, settings),
);
