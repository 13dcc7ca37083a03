import { sourceOfImage } from "ha-registry-policy-common";
import { imagePolicy } from "../task-policy";

/** Where images come from: the guides' trusted images. */
export const imageSource = imagePolicy(sourceOfImage.rule, sourceOfImage);
