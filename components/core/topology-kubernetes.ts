import type { RouteKind, ServiceType, TrafficPolicy } from "./shape-kubernetes-balancer";
import type { VolumeAccessMode } from "./shape-kubernetes";
import type { BalancerSettings, CacheSettings, CommonTopology, StoreSettings } from "./topology-common";
import type {
  KubernetesBackupTopology,
  KubernetesGarbageCollectionTopology,
  KubernetesMonitoringTopology,
} from "./topology-kubernetes-parts";

/** A registry on Kubernetes, with every default filled in and every problem found. */
export interface KubernetesTopology extends CommonTopology {
  /** Where its objects are. */
  namespace: NamespaceTopology;
  /** DNS domain of the cluster. */
  clusterDomain: string;
  /** Secrets with which images are pulled. */
  imagePullSecrets: string[];
  /** Where pods may run. */
  scheduling: SchedulingTopology;
  /** Who may speak with whom inside the cluster. */
  networkPolicies: NetworkPoliciesTopology;
  /** Registry nodes. */
  nodes: KubernetesNodesTopology;
  /** Load balancer. */
  loadBalancer: KubernetesBalancerTopology;
  /** Storage of blobs and manifests. */
  objectStore: KubernetesStoreTopology;
  /** Cache of blob descriptors. */
  redis: KubernetesRedisTopology;
  /** Where the certificate that clients see comes from. */
  certificateSource: CertificateSourceTopology;
  /** Garbage collection; none when absent. */
  garbageCollection?: KubernetesGarbageCollectionTopology;
  /** Copies of the store in other places; none when absent. */
  backup?: KubernetesBackupTopology;
  /** Monitoring, by a Prometheus of the cluster's; none when absent. */
  monitoring?: KubernetesMonitoringTopology;
}

/** Where the objects of a registry are. */
export interface NamespaceTopology {
  /** Its name. */
  name: string;
  /** Whether it is the user's own. */
  existing: boolean;
}

/** Where pods may run. */
export interface SchedulingTopology {
  /** Labels that a host has to have. */
  nodeSelector: Record<string, string>;
  /** Taints that pods put up with. */
  tolerations: TolerationTopology[];
  /** Priority class; the cluster's when absent. */
  priorityClassName?: string;
}

/** A taint that pods put up with. */
export interface TolerationTopology {
  /** Key of the taint. */
  key: string;
  /** Value of the taint; any when absent. */
  value?: string;
  /** Effect of the taint; any when absent. */
  effect?: string;
}

/** Who may speak with whom inside the cluster. */
export interface NetworkPoliciesTopology {
  /** Whether there are policies. */
  enabled: boolean;
  /** Namespaces whose pods may read metrics. */
  metricsNamespaces: string[];
}

/** What a pod is promised. */
export interface RequestsTopology {
  /** Cores; none when absent. */
  cpus?: number;
  /** Memory, MiB. */
  memoryMiB: number;
}

/** Registry nodes. */
export interface KubernetesNodesTopology {
  /** How many; with autoscaling, the least. */
  count: number;
  /** The most at any time, while they are rolled, too. */
  most: number;
  /** Name of the Service by which balancers find them. */
  serviceName: string;
  /** The same as a DNS name. */
  serviceHost: string;
  /** What a node is promised. */
  requests: RequestsTopology;
  /** Autoscaling; none when absent. */
  autoscaling?: AutoscalingTopology;
  /** How many may be taken away at once. */
  maxUnavailable: number;
  /** Annotations of their ServiceAccount. */
  serviceAccountAnnotations: Record<string, string>;
}

/** Autoscaling of nodes. */
export interface AutoscalingTopology {
  /** Most nodes. */
  maximum: number;
  /** Use of CPU, percent of what is promised, above which there are more. */
  cpuPercent: number;
}

/** Load balancer. */
export interface KubernetesBalancerTopology extends BalancerSettings {
  /** HAProxy pods. */
  replicas: number;
  /** Name of the Service by which they are reached. */
  serviceName: string;
  /** The same as a DNS name. */
  serviceHost: string;
  /** What an HAProxy is promised. */
  requests: RequestsTopology;
  /** How many may be taken away at once. */
  maxUnavailable: number;
  /** The Service that clients, Ingress or Gateway reach. */
  service: ServiceTopology;
  /** Ingress in front of it; none when absent. */
  ingress?: IngressTopology;
  /** Route in front of it; none when absent. */
  gateway?: GatewayTopology;
  /** Whether TLS ends in HAProxy; in what is in front of it otherwise. */
  endsTls: boolean;
  /** Proxies whose word on a client's address is taken. */
  proxyAddressRanges: string[];
}

/** The Service of the balancers. */
export interface ServiceTopology {
  /** How it is reached. */
  type: ServiceType;
  /** Annotations. */
  annotations: Record<string, string>;
  /** Port of every host; one that Kubernetes chooses when absent. */
  nodePort?: number;
  /** Class of the load balancer; the cluster's when absent. */
  loadBalancerClass?: string;
  /** To whom a host hands on connections from outside; for what is reached from outside. */
  externalTrafficPolicy?: TrafficPolicy;
}

/** An Ingress. */
export interface IngressTopology {
  /** Its class. */
  className: string;
  /** Annotations, those for large layers among them. */
  annotations: Record<string, string>;
}

/** A route of the Gateway API. */
export interface GatewayTopology {
  /** Name of the Gateway. */
  name: string;
  /** Namespace of the Gateway. */
  namespace: string;
  /** Name of its listener; all that fit when absent. */
  sectionName?: string;
  /** Kind of the route. */
  kind: RouteKind;
}

/** Storage of blobs and manifests. */
export interface KubernetesStoreTopology extends StoreSettings {
  /** The volume; absent for a bucket. */
  volume?: StoreVolumeTopology;
}

/** A volume that all nodes mount. */
export interface StoreVolumeTopology {
  /** Name of the claim. */
  claimName: string;
  /** Whether it is the user's own. */
  existing: boolean;
  /** Storage class; the cluster's default when absent. */
  storageClass?: string;
  /** Space, GiB. */
  sizeGiB: number;
  /** Which machines may mount it. */
  accessMode: VolumeAccessMode;
}

/** Cache of blob descriptors. */
export interface KubernetesRedisTopology extends CacheSettings {
  /** DNS name of our server; absent when there is none. */
  host?: string;
}

/** Where the certificate that clients see comes from: an own CA, or what the user gives, when all of this is absent. */
export interface CertificateSourceTopology {
  /** Name of the secret in which it is. */
  secretName: string;
  /** Whether that secret is the user's own. */
  existing: boolean;
  /** Who signs, for cert-manager. */
  certManager?: CertManagerTopology;
}

/** Who signs, for cert-manager. */
export interface CertManagerTopology {
  /** Name of the issuer. */
  issuer: string;
  /** Kind of the issuer. */
  kind: string;
  /** API group of the issuer. */
  group: string;
}
