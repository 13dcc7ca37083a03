import type { ImagesShape } from "./images";
import type {
  AccessShape,
  CertificatesShape,
  CommonGarageShape,
  CommonNodesShape,
  CommonRedisShape,
  S3Shape,
  SentinelShape,
} from "./shape";
import type { KubernetesBackupShape } from "./shape-kubernetes-backup";
import type { KubernetesLoadBalancerShape } from "./shape-kubernetes-balancer";
import type { GarbageCollectionShape } from "./shape-garbage-collection";
import type { KubernetesMonitoringShape } from "./shape-kubernetes-monitoring";
import type { NamingShape } from "./shape-naming";

/**
 * What decides existence, names, counts and placement on Kubernetes. All of it is plain data: nothing here may be a Pulumi output. What means the
 * same on Docker hosts has the same name.
 */
export interface KubernetesRegistryShape {
  /**
   * Name under which clients reach the registry; it stands in the certificate and in every image reference.
   * @default - the name of the registry's Service inside the cluster
   */
  hostname?: string;
  /**
   * Further DNS names and IP addresses for the certificate.
   * @default - the names of the registry's Service inside the cluster
   */
  alternativeNames?: string[];
  /**
   * Developers (and machines that pull like one): decides memory and connections. See sizing.ts.
   * @default 20
   */
  teamSize?: number;
  /**
   * A namespace of your own, which then is neither made nor removed. Changing it replaces everything.
   * @default - a namespace named like the registry, at the Pod Security level *restricted*
   */
  existingNamespace?: string;
  /** DNS domain of the cluster. @default "cluster.local" */
  clusterDomain?: string;
  /** Guards the claims of volumes with blobs against deletion by Pulumi (`protect`). @default true */
  dataProtection?: boolean;
  /** Labels for every object and pod. @default - none but `app.kubernetes.io/…` */
  labels?: Record<string, string>;
  /** Where images come from. @default - Docker Hub's names, versions of the image table */
  images?: ImagesShape;
  /** Secrets of the namespace with which images are pulled. @default - none */
  imagePullSecrets?: string[];
  /** Where pods may run. @default - anywhere, spread over zones and hosts */
  scheduling?: SchedulingShape;
  /** Who may speak with whom inside the cluster. */
  networkPolicies?: NetworkPoliciesShape;
  /** The registry nodes. */
  nodes?: KubernetesNodesShape;
  /** The load balancer. */
  loadBalancer?: KubernetesLoadBalancerShape;
  /** Where blobs and manifests are kept. */
  objectStore?: KubernetesObjectStoreShape;
  /** The cache of blob descriptors. */
  redis?: KubernetesRedisShape;
  /** Who may come in. */
  access?: AccessShape;
  /** The certificate that clients see. */
  certificates?: KubernetesCertificatesShape;
  /** How images have to be named. @default - as clients like */
  naming?: NamingShape;
  /** Garbage collection. @default - none */
  garbageCollection?: GarbageCollectionShape;
  /** Copies of the store in other places. @default - none */
  backup?: KubernetesBackupShape;
  /** Monitoring, by a Prometheus of the cluster's. @default - none */
  monitoring?: KubernetesMonitoringShape;
}

/** Where pods may run. */
export interface SchedulingShape {
  /** Labels that a host has to have. @default - none */
  nodeSelector?: Record<string, string>;
  /** Taints that pods put up with. @default - none */
  tolerations?: TolerationShape[];
  /** Priority class. @default - the cluster's */
  priorityClassName?: string;
}

/** A taint that pods put up with. */
export interface TolerationShape {
  /** Key of the taint. */
  key: string;
  /** Value of the taint. @default - any */
  value?: string;
  /** Effect of the taint, as `NoSchedule`. @default - any */
  effect?: string;
}

/** NetworkPolicies that leave open only what is needed. They work where the cluster's network does. */
export interface NetworkPoliciesShape {
  /** Whether there are any. @default true */
  enabled?: boolean;
  /** Namespaces whose pods may read metrics of nodes and balancers, as that of Prometheus. @default - none */
  metricsNamespaces?: string[];
}

/** The registry nodes. */
export interface KubernetesNodesShape extends CommonNodesShape {
  /** What a node is promised. */
  requests?: RequestsShape;
  /** More nodes under load, fewer without. `count` is then the least. @default - none */
  autoscaling?: AutoscalingShape;
  /** What planned work on the cluster's hosts may take away. */
  disruptionBudget?: DisruptionBudgetShape;
  /**
   * Annotations of the nodes' ServiceAccount, by which clouds let them into a bucket without keys, as `eks.amazonaws.com/role-arn`.
   * @default - none
   */
  serviceAccountAnnotations?: Record<string, string>;
}

/** What a pod is promised. */
export interface RequestsShape {
  /** Cores; 0 promises none. @default 0.1 */
  cpus?: number;
  /** Memory, MiB. @default - as much as the limit, so that no pod has to go for the memory of another */
  memoryMiB?: number;
}

/** A HorizontalPodAutoscaler. Needs the cluster's metrics server. */
export interface AutoscalingShape {
  /** Most nodes. */
  maximum: number;
  /** Use of CPU, percent of what is promised, above which there are more. @default 80 */
  cpuPercent?: number;
}

/** A PodDisruptionBudget. */
export interface DisruptionBudgetShape {
  /** How many may be taken away at once. @default 1 */
  maxUnavailable?: number;
}

/** Where blobs and manifests are kept: one of the three. Changing it starts an empty registry: move the data first. */
export interface KubernetesObjectStoreShape {
  /** A bucket at any S3 endpoint. */
  s3?: S3Shape;
  /** A volume that all nodes mount, as of NFS or CephFS. */
  volume?: StoreVolumeShape;
  /** An object store of the registry's own, Garage, on volumes that one host mounts each. */
  garage?: KubernetesGarageShape;
}

/** An object store of the registry's own: three nodes or more, each object on three of them. Any one node can be lost. */
export interface KubernetesGarageShape extends CommonGarageShape {
  /** How many nodes, 3 to 9. Nodes can be added; taking one away needs its data to be moved first. @default 3 */
  nodes?: number;
  /**
   * Space for the data of one node, GiB: the size of its claim, and what objects are shared out by. It can grow where the storage class lets claims grow.
   * @default - by team size
   */
  capacityGiB?: number;
  /** Space for the tables of one node, GiB. It can grow likewise. @default - a fiftieth of `capacityGiB`, and 2 at the least */
  metadataGiB?: number;
  /** Storage class of the claims: ReadWriteOnce is enough, and copies below it are not needed. @default - the cluster's default */
  storageClass?: string;
}

/** The cache of blob descriptors. It is only a cache: losing it costs speed, never a pull. */
export interface KubernetesRedisShape extends CommonRedisShape {
  /**
   * Fail-over: three servers, of which one is the primary and two are its replicas, and beside each a sentinel; the sentinels choose another primary
   * when it is lost. Switching it on or off empties the cache.
   * @default - off, and there is one server
   */
  sentinel?: SentinelShape;
}

/** Which machines may mount a volume. */
export enum VolumeAccessMode {
  /** All of them. */
  ReadWriteMany = "ReadWriteMany",
  /** One of them: not enough for several nodes. */
  ReadWriteOnce = "ReadWriteOnce",
}

/** A volume that all nodes mount. */
export interface StoreVolumeShape {
  /** A claim of your own in the registry's namespace, writable for group 65532, which then is neither made nor removed. @default - a claim of the registry's */
  existingClaim?: string;
  /** Storage class of the registry's claim. @default - the cluster's default, which seldom lets several machines write */
  storageClass?: string;
  /** Space, GiB. @default - by team size */
  sizeGiB?: number;
  /** Which machines may mount it. @default VolumeAccessMode.ReadWriteMany */
  accessMode?: VolumeAccessMode;
}

/** The certificate that clients see: from an own CA, unless one of these, or certificate and key, are given. */
export interface KubernetesCertificatesShape extends CertificatesShape {
  /** A secret of your own in the registry's namespace, of type `kubernetes.io/tls`. @default - none */
  existingSecret?: string;
  /** A certificate of cert-manager's, which has to be installed. @default - none */
  certManager?: CertManagerShape;
}

/** Who signs, for cert-manager. */
export interface CertManagerShape {
  /** Name of the issuer. */
  issuer: string;
  /** Kind of the issuer: `Issuer` of the namespace, or `ClusterIssuer`. @default "ClusterIssuer" */
  kind?: string;
  /** API group of the issuer. @default "cert-manager.io" */
  group?: string;
}
