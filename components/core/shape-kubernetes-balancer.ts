import type { DisruptionBudgetShape, RequestsShape } from "./shape-kubernetes";
import type { CommonLoadBalancerShape } from "./shape-load-balancer";

/** The load balancer: HAProxys between the outside and the nodes. Of `service`, `ingress` and `gateway` there is one. */
export interface KubernetesLoadBalancerShape extends CommonLoadBalancerShape {
  /** Port that clients use. @default 443 */
  port?: number;
  /** HAProxy pods, from 2. @default 2 */
  replicas?: number;
  /** What an HAProxy is promised. */
  requests?: RequestsShape;
  /** What planned work on the cluster's hosts may take away. */
  disruptionBudget?: DisruptionBudgetShape;
  /** A Service, by which clients reach the HAProxys themselves. @default - of type LoadBalancer, where nothing else is given */
  service?: ServiceExposureShape;
  /** An Ingress of any class, which ends TLS. Inside the cluster its controller then speaks to HAProxy in clear. @default - none */
  ingress?: IngressExposureShape;
  /** A route of the Gateway API. @default - none */
  gateway?: GatewayExposureShape;
}

/** How a Service is reached. */
export enum ServiceType {
  /** At an address that the cloud, or MetalLB and the like, gives it. */
  LoadBalancer = "LoadBalancer",
  /** At a port of every host. */
  NodePort = "NodePort",
  /** From inside the cluster alone. */
  ClusterIP = "ClusterIP",
}

/** To whom a host hands on connections from outside. */
export enum TrafficPolicy {
  /** To pods of its own, which see the client's address. */
  Local = "Local",
  /** To all pods, which see the host's address. */
  Cluster = "Cluster",
}

/** A Service, by which clients reach the HAProxys themselves: TLS ends in HAProxy. */
export interface ServiceExposureShape {
  /** How it is reached. @default ServiceType.LoadBalancer */
  type?: ServiceType;
  /** Annotations, as clouds and MetalLB read them. @default - none */
  annotations?: Record<string, string>;
  /** Port of every host, for `ServiceType.NodePort`. @default - one that Kubernetes chooses */
  nodePort?: number;
  /** Class of the load balancer. @default - the cluster's */
  loadBalancerClass?: string;
  /**
   * To whom a host hands on connections from outside. With `TrafficPolicy.Cluster` limits per client count by host.
   * @default - TrafficPolicy.Local for a LoadBalancer, TrafficPolicy.Cluster for a NodePort
   */
  externalTrafficPolicy?: TrafficPolicy;
}

/** An Ingress. It has the annotations that let layers of several GB through the common controllers; each of these reads but its own. */
export interface IngressExposureShape {
  /** Class, which names the controller. */
  className: string;
  /** Further annotations; they win over the library's. @default - none */
  annotations?: Record<string, string>;
  /**
   * Addresses (CIDR) of the controller's pods, whose word on a client's address is taken. Without them there are no limits per client.
   * @default - none
   */
  proxyAddressRanges?: string[];
}

/** Kind of a route. */
export enum RouteKind {
  /** The gateway ends TLS, with a certificate of its own, and then speaks to HAProxy in clear. */
  HTTPRoute = "HTTPRoute",
  /** The gateway passes TLS on, and HAProxy ends it (`mode: Passthrough`; Gateway API 1.5 or later). */
  TLSRoute = "TLSRoute",
}

/** A route of the Gateway API, at a Gateway of your own. */
export interface GatewayExposureShape {
  /** Name of the Gateway. */
  name: string;
  /** Namespace of the Gateway. @default - the registry's */
  namespace?: string;
  /** Name of its listener. @default - all that fit */
  sectionName?: string;
  /** Kind of the route. @default RouteKind.HTTPRoute */
  kind?: RouteKind;
  /**
   * Addresses (CIDR) of the gateway's pods, whose word on a client's address is taken, with `RouteKind.HTTPRoute`. Without them there are no limits
   * per client.
   * @default - none
   */
  proxyAddressRanges?: string[];
}
