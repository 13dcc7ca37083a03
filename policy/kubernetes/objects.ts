import type { Judged } from "ha-registry-policy-common";

/** Type tokens of the objects that policies look at. */
export const types = {
  clusterRole: "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole",
  clusterRoleBinding: "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding",
  configMap: "kubernetes:core/v1:ConfigMap",
  cronJob: "kubernetes:batch/v1:CronJob",
  daemonSet: "kubernetes:apps/v1:DaemonSet",
  deployment: "kubernetes:apps/v1:Deployment",
  gateway: "kubernetes:gateway.networking.k8s.io/v1:Gateway",
  horizontalPodAutoscaler: "kubernetes:autoscaling/v2:HorizontalPodAutoscaler",
  httpRoute: "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute",
  ingress: "kubernetes:networking.k8s.io/v1:Ingress",
  job: "kubernetes:batch/v1:Job",
  namespace: "kubernetes:core/v1:Namespace",
  networkPolicy: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
  persistentVolumeClaim: "kubernetes:core/v1:PersistentVolumeClaim",
  pod: "kubernetes:core/v1:Pod",
  podDisruptionBudget: "kubernetes:policy/v1:PodDisruptionBudget",
  role: "kubernetes:rbac.authorization.k8s.io/v1:Role",
  roleBinding: "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
  secret: "kubernetes:core/v1:Secret",
  service: "kubernetes:core/v1:Service",
  statefulSet: "kubernetes:apps/v1:StatefulSet",
} as const;

/** What every object says of itself. */
export interface Metadata {
  name?: string;
  namespace?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

/** How objects are found. */
export interface Selector {
  matchLabels?: Record<string, string>;
  matchExpressions?: unknown[];
}

/** An object, with the part of it that a policy asks for. */
export interface KubernetesObject<Spec extends object = object> {
  metadata: Metadata;
  spec: Spec;
}

/** An object of a plan. */
export type JudgedObject<Spec extends object = object> = Judged<KubernetesObject<Spec>>;

/** Objects of a type. The type of their part is the caller's word. */
export function ofType<Spec extends object>(objects: readonly JudgedObject[], type: string): JudgedObject<Spec>[] {
  return objects.filter((object) => object.type === type) as JudgedObject<Spec>[];
}

/** Whether a selector finds what has these labels. Expressions are taken to: a plan seldom has any, and to guess wrong would be worse. */
export function selects({ matchLabels = {} }: Selector, labels: Readonly<Record<string, string>> = {}): boolean {
  return Object.entries(matchLabels).every(([name, value]) => labels[name] === value);
}

/** Whether two objects are in one namespace, as far as that is known. */
export function shareNamespace(a: JudgedObject, b: JudgedObject): boolean {
  const [first, second] = [a.properties.metadata?.namespace, b.properties.metadata?.namespace];
  return first === undefined || second === undefined || first === second;
}
