import {
  isHidden,
  resourcePolicy,
  stackPolicy,
  type CommonSettings,
  type Decision,
  type Finding,
  type RegistryPolicy,
  type Rule,
  type UsedImage,
} from "ha-registry-policy-common";
import { types, type JudgedObject, type KubernetesObject } from "./objects";
import {
  containersOf,
  nameOf,
  podOf,
  serviceTypes,
  workloadTypes,
  type Container,
  type PodSpec,
  type Workload,
  type WorkloadSpec,
} from "./workloads";

/** A policy for every workload, of whatever kind. */
export function workloadPolicy<S extends CommonSettings = CommonSettings>(
  rule: Rule,
  check: (workload: Workload, settings: S) => string[],
  remedy?: (workload: Workload, settings: S) => Partial<KubernetesObject<WorkloadSpec>> | undefined,
): RegistryPolicy {
  return resourcePolicy<KubernetesObject<WorkloadSpec>, S>(rule, workloadTypes, check, remedy);
}

/** A policy for every container of every workload. */
export function containerPolicy<S extends CommonSettings = CommonSettings>(
  rule: Rule,
  check: (container: Container, pod: PodSpec, settings: S) => string[],
): RegistryPolicy {
  return workloadPolicy<S>(rule, (workload, settings) => {
    const { spec = {} } = podOf(workload);
    return containersOf(workload).flatMap((container) =>
      check(container, spec, settings).map((message) => `${nameOf(container)} ${message}`),
    );
  });
}

/** A policy for every image, which packs of other substrates decide alike. */
export function imagePolicy<S extends CommonSettings>(rule: Rule, { problems }: Decision<UsedImage, S>): RegistryPolicy {
  return workloadPolicy<S>(rule, (workload, settings) =>
    containersOf(workload).flatMap((container) =>
      problems({ stack: workload.stack, image: container.image }, settings).map((message) => `${nameOf(container)} ${message}`),
    ),
  );
}

/** A policy for every object of a type, or of one of several. */
export function objectPolicy<Spec extends object, S extends CommonSettings = CommonSettings>(
  rule: Rule,
  type: string | readonly string[],
  check: (object: JudgedObject<Spec>, settings: S) => string[],
): RegistryPolicy {
  return resourcePolicy<KubernetesObject<Spec>, S>(rule, type, check);
}

/** A policy for all objects of a stack together, asked where it has something that keeps pods running. */
export function objectsPolicy<S extends CommonSettings = CommonSettings>(
  rule: Rule,
  check: (objects: readonly JudgedObject[], settings: S) => Finding[],
): RegistryPolicy {
  return stackPolicy<KubernetesObject, S>(rule, [serviceTypes, ...Object.values(types)], check);
}

/**
 * A setting of a container's security context, which overrides that of its pod; `"hidden"` where something in either is not known before `up`.
 */
export function securitySetting<Name extends keyof NonNullable<PodSpec["securityContext"]>>(
  container: Container,
  pod: PodSpec,
  name: Name,
): NonNullable<PodSpec["securityContext"]>[Name] | "hidden" {
  if (isHidden(container, "securityContext") || isHidden(pod, "securityContext")) return "hidden";
  return container.securityContext?.[name] ?? pod.securityContext?.[name];
}
