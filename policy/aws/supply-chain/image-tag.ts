import { tagOfImage } from "ha-registry-policy-common";
import { imagePolicy } from "../task-policy";

/** Images that are another one tomorrow: the guides' "fixed tags instead of latest". */
export const imageTag = imagePolicy(tagOfImage.rule, tagOfImage);
