import { isPort } from "./addresses";
import { checkNumber, checkText } from "./checks";
import type { Problems } from "./errors";
import { checkName, resolveDisruptionBudget, resolveRequests, serviceHost } from "./resolve-kubernetes-parts";
import type { Cluster } from "./resolve-kubernetes-parts";
import { checkAddressRanges, checkBalancerSettings, resolveBalancerSettings } from "./resolve-load-balancer";
import { RouteKind, ServiceType, TrafficPolicy } from "./shape-kubernetes-balancer";
import type {
  GatewayExposureShape,
  IngressExposureShape,
  KubernetesLoadBalancerShape,
  ServiceExposureShape,
} from "./shape-kubernetes-balancer";
import type { Sizing } from "./sizing";
import type { GatewayTopology, IngressTopology, KubernetesBalancerTopology, ServiceTopology } from "./topology-kubernetes";

const kinds = ["service", "ingress", "gateway"] as const;

/** Fills in and checks the load balancer; who may list the catalog is told by `access`. */
export function resolveKubernetesBalancer(
  name: string,
  cluster: Cluster,
  size: Sizing,
  shape: KubernetesLoadBalancerShape,
  problems: Problems,
): Omit<KubernetesBalancerTopology, "catalogUsers"> {
  const given = kinds.filter((kind) => shape[kind] !== undefined);
  problems.require(
    given.length <= 1,
    "loadBalancer",
    `${given.join(" and ")} are given, and clients come by one of them: keep one (an Ingress or a route has a Service of its own)`,
  );
  const { port = 443, replicas = 2, ingress, gateway } = shape;
  problems.require(isPort(port), "loadBalancer.port", `${port} is not a port: give a whole number from 1 to 65535`);
  checkNumber(problems, "loadBalancer.replicas", replicas, { from: 2, to: 20, whole: true });
  const inFront = ingress !== undefined || gateway !== undefined;
  const service = inFront ? { type: ServiceType.ClusterIP, annotations: {} } : resolveService(shape.service ?? {}, problems);
  const settings = resolveBalancerSettings(size, shape);
  checkBalancerSettings(settings, problems);
  const proxies = { proxyAddressRanges: ingress?.proxyAddressRanges ?? gateway?.proxyAddressRanges ?? [] };
  checkProxies(shape, proxies.proxyAddressRanges, problems);
  const seesClients = inFront ? proxies.proxyAddressRanges.length > 0 : service.externalTrafficPolicy !== TrafficPolicy.Cluster;
  problems.require(
    seesClients || settings.allowedAddressRanges.length === 0,
    "loadBalancer.allowedAddressRanges",
    inFront
      ? "goes by the client's address, which what is in front of HAProxy knows: give its proxyAddressRanges, or close it there"
      : 'goes by the client\'s address, and with externalTrafficPolicy "Cluster" HAProxy sees that of a host: use "Local"',
  );
  return {
    ...settings,
    // Behind one proxy all clients would share the limit of one.
    ...(inFront && !seesClients ? { requestsPerSecond: 0, failedLoginsPerMinute: 0 } : {}),
    port,
    replicas,
    serviceName: name,
    serviceHost: serviceHost(cluster, name),
    requests: resolveRequests("loadBalancer", shape.requests ?? {}, settings.memoryMiB, settings.cpus, problems),
    maxUnavailable: resolveDisruptionBudget("loadBalancer", shape.disruptionBudget ?? {}, replicas, problems),
    service,
    ...(ingress === undefined ? {} : { ingress: resolveIngress(ingress, settings, problems) }),
    ...(gateway === undefined ? {} : { gateway: resolveGateway(gateway, cluster, problems) }),
    endsTls: ingress === undefined && (gateway === undefined || gateway.kind === RouteKind.TLSRoute),
    ...proxies,
  };
}

function resolveService(shape: ServiceExposureShape, problems: Problems): ServiceTopology {
  const at = (field: string): string => `loadBalancer.service.${field}`;
  const { type = ServiceType.LoadBalancer, annotations = {}, nodePort, loadBalancerClass } = shape;
  const types: string[] = Object.values(ServiceType);
  problems.require(types.includes(type), at("type"), `"${type}" is not one of ${types.join(", ")}`);
  problems.require(
    nodePort === undefined || type === ServiceType.NodePort,
    at("nodePort"),
    `has no effect with type "${type}": leave it out`,
  );
  checkNumber(problems, at("nodePort"), nodePort, { from: 1, to: 65535, whole: true });
  problems.require(
    loadBalancerClass === undefined || type === ServiceType.LoadBalancer,
    at("loadBalancerClass"),
    `has no effect with type "${type}": leave it out`,
  );
  checkText(problems, at("loadBalancerClass"), loadBalancerClass, "word");
  const policies: string[] = Object.values(TrafficPolicy);
  const policy = shape.externalTrafficPolicy ?? (type === ServiceType.LoadBalancer ? TrafficPolicy.Local : TrafficPolicy.Cluster);
  problems.require(policies.includes(policy), at("externalTrafficPolicy"), `"${policy}" is not one of ${policies.join(", ")}`);
  problems.require(
    shape.externalTrafficPolicy === undefined || type !== ServiceType.ClusterIP,
    at("externalTrafficPolicy"),
    `has no effect with type "${type}": leave it out`,
  );
  return {
    type,
    annotations,
    ...(nodePort === undefined ? {} : { nodePort }),
    ...(loadBalancerClass === undefined ? {} : { loadBalancerClass }),
    ...(type === ServiceType.ClusterIP ? {} : { externalTrafficPolicy: policy }),
  };
}

/** Whoever gives `proxyAddressRanges` has something in front that tells the client's address. */
function checkProxies({ ingress, gateway }: KubernetesLoadBalancerShape, ranges: readonly string[], problems: Problems): void {
  const path = `loadBalancer.${ingress === undefined ? "gateway" : "ingress"}.proxyAddressRanges`;
  checkAddressRanges(path, ranges, problems);
  problems.require(
    ranges.length === 0 || ingress !== undefined || gateway?.kind !== RouteKind.TLSRoute,
    path,
    "has no effect on a TLSRoute, in which nobody can tell the client's address: leave it out",
  );
}

function resolveIngress(shape: IngressExposureShape, settings: { serverSeconds: number }, problems: Problems): IngressTopology {
  checkName(problems, "loadBalancer.ingress.className", shape.className ?? "");
  return { className: shape.className, annotations: { ...ingressAnnotations(settings.serverSeconds), ...shape.annotations } };
}

/**
 * What lets layers of several GB through, in the words of the common controllers: no bound on a body, no buffering of it, and timeouts as HAProxy has
 * them. Traefik bounds and buffers nothing; how long it reads a request is a setting of its entry point (`transport.respondingTimeouts.readTimeout`).
 */
function ingressAnnotations(seconds: number): Record<string, string> {
  return {
    // Amazon's load balancers.
    "alb.ingress.kubernetes.io/load-balancer-attributes": `idle_timeout.timeout_seconds=${Math.min(seconds, 4000)}`,
    "alb.ingress.kubernetes.io/target-type": "ip",
    // HAProxy Technologies' controller.
    "haproxy.org/timeout-server": `${seconds}s`,
    // Kong.
    "konghq.com/request-buffering": "false",
    "konghq.com/response-buffering": "false",
    // The retired ingress-nginx, for those who still have it.
    "nginx.ingress.kubernetes.io/proxy-body-size": "0",
    "nginx.ingress.kubernetes.io/proxy-buffering": "off",
    "nginx.ingress.kubernetes.io/proxy-read-timeout": `${seconds}`,
    "nginx.ingress.kubernetes.io/proxy-request-buffering": "off",
    "nginx.ingress.kubernetes.io/proxy-send-timeout": `${seconds}`,
    // F5's NGINX Ingress Controller.
    "nginx.org/client-max-body-size": "0",
    "nginx.org/proxy-buffering": "False",
    "nginx.org/proxy-read-timeout": `${seconds}s`,
    "nginx.org/proxy-send-timeout": `${seconds}s`,
    // Contour.
    "projectcontour.io/response-timeout": "infinity",
  };
}

function resolveGateway(shape: GatewayExposureShape, cluster: Cluster, problems: Problems): GatewayTopology {
  const at = (field: string): string => `loadBalancer.gateway.${field}`;
  const { name, namespace = cluster.namespace, sectionName, kind = RouteKind.HTTPRoute } = shape;
  checkName(problems, at("name"), name ?? "");
  checkName(problems, at("namespace"), namespace);
  checkName(problems, at("sectionName"), sectionName);
  const routes: string[] = Object.values(RouteKind);
  problems.require(routes.includes(kind), at("kind"), `"${kind}" is not one of ${routes.join(", ")}`);
  return { name, namespace, ...(sectionName === undefined ? {} : { sectionName }), kind };
}
