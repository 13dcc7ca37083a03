import { cisKubernetes, sourceOfImage } from "ha-registry-policy-common";
import { imagePolicy } from "../object-policy";

/** Where images come from: CIS Kubernetes 5.5.1. */
export const imageSource = imagePolicy(
  { ...sourceOfImage.rule, controls: [cisKubernetes("5.5.1"), ...(sourceOfImage.rule.controls ?? [])] },
  sourceOfImage,
);
