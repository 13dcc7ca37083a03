import type { CommonSettings, Decision, RegistryPolicy, Rule, UsedImage } from "ha-registry-policy-common";
import { awsPolicy } from "./aws-policy";
import { types, type Resource } from "./resources";
import { containersOf, nameOf, type Container, type TaskDefinition } from "./task-definition";

/** A policy for every container of every task definition. */
export function containerPolicy<S extends CommonSettings = CommonSettings>(
  rule: Rule,
  check: (container: Container, task: Resource<TaskDefinition>, settings: S) => string[],
): RegistryPolicy {
  return awsPolicy<TaskDefinition, S>(rule, types.taskDefinition, (task, settings) =>
    containersOf(task).flatMap((container) => check(container, task, settings).map((message) => `${nameOf(container)} ${message}`)),
  );
}

/** A policy for every image, which packs of other substrates decide alike. */
export function imagePolicy<S extends CommonSettings>(rule: Rule, { problems }: Decision<UsedImage, S>): RegistryPolicy {
  return containerPolicy<S>(rule, ({ image }, { stack }, settings) => problems({ stack, image }, settings));
}
