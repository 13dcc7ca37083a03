import { floorOfImage } from "ha-registry-policy-common";
import { imagePolicy } from "../task-policy";

/** Versions with known holes: the image table of ha-registry-core names a CVE or a reason for each. */
export const imageFloor = imagePolicy(floorOfImage.rule, floorOfImage);
