import { parseReference } from "ha-registry-core";
import { isHidden, Role, roleOfProgram } from "ha-registry-policy-common";
import { ofType, selects, types, type JudgedObject, type KubernetesObject, type Metadata, type Selector } from "./objects";

export { Role };

/** What a container, or all of a pod, may do. */
export interface SecurityContext {
  allowPrivilegeEscalation?: boolean;
  capabilities?: { add?: string[]; drop?: string[] };
  privileged?: boolean;
  readOnlyRootFilesystem?: boolean;
  runAsNonRoot?: boolean;
  runAsUser?: number;
  seccompProfile?: { type?: string };
}

/** What policies ask of a container. */
export interface Container {
  name?: string;
  image?: string;
  command?: string[];
  args?: string[];
  env?: { name?: string; value?: string; valueFrom?: object }[];
  envFrom?: object[];
  livenessProbe?: object;
  ports?: { name?: string; containerPort?: number; hostPort?: number }[];
  readinessProbe?: object;
  resources?: { limits?: Record<string, string | number>; requests?: Record<string, string | number> };
  securityContext?: SecurityContext;
  volumeMounts?: { name?: string; mountPath?: string }[];
}

/** What policies ask of a pod. */
export interface PodSpec {
  affinity?: { podAntiAffinity?: object };
  automountServiceAccountToken?: boolean;
  containers?: Container[];
  hostIPC?: boolean;
  hostNetwork?: boolean;
  hostPID?: boolean;
  initContainers?: Container[];
  securityContext?: SecurityContext;
  serviceAccountName?: string;
  topologySpreadConstraints?: { topologyKey?: string }[];
  volumes?: {
    name?: string;
    configMap?: { name?: string };
    hostPath?: { path?: string };
    persistentVolumeClaim?: { claimName?: string };
  }[];
}

/** A pod, or what pods are made after. */
export interface PodTemplate {
  metadata?: Metadata;
  spec?: PodSpec;
}

/** What policies ask of a workload of any kind. */
export interface WorkloadSpec extends PodSpec {
  concurrencyPolicy?: string;
  jobTemplate?: { spec?: { template?: PodTemplate } };
  replicas?: number;
  strategy?: { type?: string; rollingUpdate?: { maxUnavailable?: number | string } };
  template?: PodTemplate;
  volumeClaimTemplates?: { spec?: { accessModes?: string[] } }[];
}

/** A workload of a plan. */
export type Workload = JudgedObject<WorkloadSpec>;

/** Type tokens of what keeps pods running. */
export const serviceTypes: readonly string[] = [types.deployment, types.statefulSet, types.daemonSet, types.pod];

/** Type tokens of everything that pods are made by. */
export const workloadTypes: readonly string[] = [...serviceTypes, types.job, types.cronJob];

/** The workloads among objects. */
export function workloadsOf(objects: readonly JudgedObject[]): Workload[] {
  return workloadTypes.flatMap((type) => ofType<WorkloadSpec>(objects, type));
}

/** What a workload makes pods after. */
export function podOf({ type, properties }: Pick<Workload, "type"> & { properties: Partial<KubernetesObject<WorkloadSpec>> }): PodTemplate {
  if (type === types.pod) return properties;
  return (type === types.cronJob ? properties.spec?.jobTemplate?.spec?.template : properties.spec?.template) ?? {};
}

/** Every container of a workload's pods, also those that prepare something. */
export function containersOf(workload: Workload): Container[] {
  const { containers = [], initContainers = [] } = podOf(workload).spec ?? {};
  return [...initContainers, ...containers];
}

/** The name of a container, as messages have it. */
export function nameOf({ name = "?" }: Container): string {
  return `the container "${name}"`;
}

/** Name of the image alone, as `registry` of `corp.example/mirror/registry:3.1.2`. */
export function imageName({ image }: Container): string | undefined {
  return image === undefined ? undefined : parseReference(image)?.repository?.split("/").at(-1);
}

/** What this library calls its parts; one that is not here is told by its image. */
const parts: Readonly<Record<string, Role | undefined>> = {
  node: Role.Registry,
  balancer: Role.Balancer,
  redis: Role.Redis,
  sentinel: Role.Sentinel,
  "object-store": Role.ObjectStore,
  audit: Role.LogCollector,
  backup: Role.Backup,
  "garbage-collection": undefined,
};

/** What a workload that runs for long is for; undefined for what ends, and for everything else. */
export function roleOf(workload: Workload): Role | undefined {
  if (!serviceTypes.includes(workload.type)) return undefined;
  const { metadata: { labels = {} } = {}, spec: { containers = [] } = {} } = podOf(workload);
  const part = labels["app.kubernetes.io/name"] === "ha-registry" ? labels["app.kubernetes.io/component"] : undefined;
  if (part !== undefined && Object.hasOwn(parts, part)) return parts[part];
  const roles = containers.flatMap((container) => roleOfContainer(container) ?? []);
  // A registry often has a balancer or a cache in its pod, and no other way round.
  return roles.includes(Role.Registry) ? Role.Registry : roles[0];
}

function roleOfContainer(container: Container): Role | undefined {
  return roleOfProgram({
    image: imageName(container),
    words: [...(container.command ?? []), ...(container.args ?? [])],
    environment: (container.env ?? []).map(({ name = "", value = "" }) => `${name}=${value}`),
    targets: (container.volumeMounts ?? []).map(({ mountPath = "" }) => mountPath),
  });
}

/** The workloads among objects that have one of some roles. */
export function withRole(objects: readonly JudgedObject[], ...roles: readonly Role[]): Workload[] {
  return workloadsOf(objects).filter((workload) => roles.some((role) => roleOf(workload) === role));
}

/** What policies ask of an autoscaler. */
interface AutoscalerSpec {
  minReplicas?: number;
  scaleTargetRef?: { kind?: string; name?: string };
}

/** How many pods a workload has at the least: as it says, or as an autoscaler does. Undefined where it is one on each host, or not known. */
export function replicasOf(workload: Workload, objects: readonly JudgedObject[]): number | undefined {
  if (workload.type === types.daemonSet) return undefined;
  if (workload.type === types.pod) return 1;
  const name = workload.properties.metadata?.name;
  const scaler = ofType<AutoscalerSpec>(objects, types.horizontalPodAutoscaler).find(({ properties: { spec } }) => {
    return name !== undefined && spec?.scaleTargetRef?.name === name && workload.type.endsWith(`:${spec.scaleTargetRef.kind ?? ""}`);
  });
  if (scaler !== undefined) return scaler.properties.spec?.minReplicas ?? 1;
  const { spec } = workload.properties;
  return isHidden(spec, "replicas") ? undefined : (spec?.replicas ?? 1);
}

/** Whether a selector finds a workload's pods. */
export function selectsPods(selector: Selector | undefined, workload: Workload): boolean {
  return selector !== undefined && selects(selector, podOf(workload).metadata?.labels);
}
