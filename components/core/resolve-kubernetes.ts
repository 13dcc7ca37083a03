import { authority, ipVersion, isHostname } from "./addresses";
import { checkNumber, checkText, isText } from "./checks";
import { Problems } from "./errors";
import { resolveImages } from "./images";
import { hosts } from "./layout";
import { resolveAccess } from "./resolve-access";
import {
  checkAlternativeNames,
  checkNodeCount,
  namesByKind,
  resolveCertificates,
  resolveIdentity,
  resolveNodeSettings,
} from "./resolve-common";
import { resolveKubernetesBalancer } from "./resolve-kubernetes-balancer";
import { checkLabels, checkName, resolveDisruptionBudget, resolveRequests, serviceHost } from "./resolve-kubernetes-parts";
import type { Cluster } from "./resolve-kubernetes-parts";
import { resolveKubernetesMonitoring } from "./resolve-kubernetes-monitoring";
import { resolveOperation } from "./resolve-kubernetes-operation";
import { resolveKubernetesRedis } from "./resolve-kubernetes-redis";
import { resolveKubernetesStore } from "./resolve-kubernetes-store";
import { resolveNaming } from "./resolve-naming";
import type {
  KubernetesCertificatesShape,
  KubernetesNodesShape,
  KubernetesRegistryShape,
  NetworkPoliciesShape,
  SchedulingShape,
} from "./shape-kubernetes";
import { RouteKind } from "./shape-kubernetes-balancer";
import { sizeFor } from "./sizing";
import type { NodeSettings } from "./topology-common";
import type {
  CertificateSourceTopology,
  KubernetesNodesTopology,
  KubernetesTopology,
  NetworkPoliciesTopology,
  SchedulingTopology,
} from "./topology-kubernetes";

/**
 * Fills in defaults and checks everything that is plain, for Kubernetes.
 *
 * @param name Name of the registry: lower-case letters, digits and hyphens, 40 at the most, since names of objects are made of it.
 * @param shape What the user asks for.
 * @throws {RegistryError} with every problem found, before anything is created.
 */
export function resolveKubernetesTopology(name: string, shape: KubernetesRegistryShape = {}): KubernetesTopology {
  const problems = new Problems();
  const topology = resolve(name, shape, problems);
  problems.throwIfAny(name === "" ? "registry" : name);
  return topology;
}

function resolve(name: string, shape: KubernetesRegistryShape, problems: Problems): KubernetesTopology {
  const cluster = resolveCluster(name, shape, problems);
  const inside = serviceHost(cluster, name);
  const { teamSize, hostname } = resolveIdentity(name, "Kubernetes", { ...shape, hostname: shape.hostname ?? inside }, problems);
  checkAlternativeNames(shape.alternativeNames, problems);
  const access = resolveAccess(shape.access ?? {}, problems);
  const loadBalancer = resolveKubernetesBalancer(name, cluster, sizeFor(teamSize), shape.loadBalancer ?? {}, problems);
  const routed = loadBalancer.ingress !== undefined || loadBalancer.gateway !== undefined;
  problems.require(
    !routed || ipVersion(hostname) === 0,
    "hostname",
    `"${hostname}" is an IP address, and an Ingress or a route goes by a DNS name`,
  );
  // What balancers and nodes say to each other crosses the network between hosts.
  const node = { ...resolveNodeSettings(teamSize, shape.nodes ?? {}, problems), tls: true };
  const nodes = resolveNodes(name, cluster, teamSize, shape.nodes ?? {}, node, problems);
  const topology: Omit<KubernetesTopology, "monitoring"> = {
    name,
    hostname,
    ...namesByKind([...new Set([hostname, ...(shape.alternativeNames ?? [inside, `${name}.${cluster.namespace}.svc`])])]),
    endpoint: `https://${authority(hostname, loadBalancer.port)}`,
    authority: authority(hostname, loadBalancer.port),
    teamSize,
    labels: checkLabels("labels", shape.labels ?? {}, problems),
    dataProtection: shape.dataProtection ?? true,
    images: resolveImages(shape.images, problems),
    namespace: { name: cluster.namespace, existing: shape.existingNamespace !== undefined },
    clusterDomain: cluster.domain,
    imagePullSecrets: shape.imagePullSecrets ?? [],
    scheduling: resolveScheduling(shape.scheduling ?? {}, problems),
    networkPolicies: resolveNetworkPolicies(shape.networkPolicies ?? {}, problems),
    nodes,
    node,
    loadBalancer: { ...loadBalancer, catalogUsers: access.catalogUsers },
    objectStore: resolveKubernetesStore(name, cluster, teamSize, nodes.count, shape.objectStore ?? {}, problems),
    redis: resolveKubernetesRedis(name, cluster, teamSize, shape.redis ?? {}, problems),
    access: access.topology,
    certificates: resolveCertificates(shape.certificates ?? {}, problems),
    certificateSource: resolveCertificateSource(name, shape.certificates ?? {}, loadBalancer.gateway?.kind, problems),
    ...(shape.naming === undefined ? {} : { naming: resolveNaming(shape.naming, problems) }),
    ...resolveOperation(name, cluster, shape, problems),
  };
  return shape.monitoring === undefined
    ? topology
    : { ...topology, monitoring: resolveKubernetesMonitoring(topology, shape.monitoring, problems) };
}

function resolveCluster(name: string, shape: KubernetesRegistryShape, problems: Problems): Cluster {
  const cluster = { namespace: shape.existingNamespace ?? name, domain: shape.clusterDomain ?? "cluster.local" };
  checkName(problems, "existingNamespace", shape.existingNamespace);
  problems.require(isHostname(cluster.domain), "clusterDomain", `"${cluster.domain}" is not a DNS name`);
  for (const [index, secret] of (shape.imagePullSecrets ?? []).entries()) checkName(problems, `imagePullSecrets[${index}]`, secret);
  return cluster;
}

function resolveScheduling(shape: SchedulingShape, problems: Problems): SchedulingTopology {
  checkName(problems, "scheduling.priorityClassName", shape.priorityClassName);
  const effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"];
  for (const [index, { key, effect }] of (shape.tolerations ?? []).entries()) {
    checkText(problems, `scheduling.tolerations[${index}].key`, key ?? "", "word");
    problems.require(
      effect === undefined || effects.includes(effect),
      `scheduling.tolerations[${index}].effect`,
      `"${effect}" is not one of ${effects.join(", ")}`,
    );
  }
  return {
    nodeSelector: shape.nodeSelector ?? {},
    tolerations: shape.tolerations ?? [],
    ...(shape.priorityClassName === undefined ? {} : { priorityClassName: shape.priorityClassName }),
  };
}

function resolveNetworkPolicies(shape: NetworkPoliciesShape, problems: Problems): NetworkPoliciesTopology {
  const { enabled = true, metricsNamespaces = [] } = shape;
  for (const [index, name] of metricsNamespaces.entries()) checkName(problems, `networkPolicies.metricsNamespaces[${index}]`, name);
  problems.require(
    enabled || metricsNamespaces.length === 0,
    "networkPolicies.metricsNamespaces",
    "has no effect with networkPolicies.enabled: false: leave one of them out",
  );
  return { enabled, metricsNamespaces };
}

function resolveNodes(
  name: string,
  cluster: Cluster,
  teamSize: number,
  shape: KubernetesNodesShape,
  node: NodeSettings,
  problems: Problems,
): KubernetesNodesTopology {
  const count = shape.count ?? sizeFor(teamSize).nodes;
  checkNodeCount(count, problems);
  const requests = resolveRequests("nodes", shape.requests ?? {}, node.memoryMiB, node.cpus, problems);
  const autoscaling = shape.autoscaling && { maximum: shape.autoscaling.maximum, cpuPercent: shape.autoscaling.cpuPercent ?? 80 };
  if (autoscaling !== undefined) {
    checkNumber(problems, "nodes.autoscaling.maximum", autoscaling.maximum, { from: count, to: hosts.mostNodes, whole: true });
    checkNumber(problems, "nodes.autoscaling.cpuPercent", autoscaling.cpuPercent, { from: 1, to: 1000, whole: true });
    problems.require(
      requests.cpus !== undefined,
      "nodes.autoscaling",
      "goes by the use of what is promised, and nodes.requests.cpus: 0 promises nothing: give more than 0",
    );
  }
  const serviceName = `${name}-nodes`;
  return {
    count,
    // One more while they are rolled, and one of which DNS still tells.
    most: (autoscaling?.maximum ?? count) + 2,
    serviceName,
    serviceHost: serviceHost(cluster, serviceName),
    requests,
    ...(autoscaling === undefined ? {} : { autoscaling }),
    maxUnavailable: resolveDisruptionBudget("nodes", shape.disruptionBudget ?? {}, count, problems),
    serviceAccountAnnotations: shape.serviceAccountAnnotations ?? {},
  };
}

function resolveCertificateSource(
  name: string,
  shape: KubernetesCertificatesShape,
  route: RouteKind | undefined,
  problems: Problems,
): CertificateSourceTopology {
  const { existingSecret, certManager } = shape;
  problems.require(
    existingSecret === undefined || certManager === undefined,
    "certificates",
    "existingSecret and certManager are given, and there is one certificate: keep one of them",
  );
  problems.require(
    route !== RouteKind.HTTPRoute || (existingSecret === undefined && certManager === undefined),
    "certificates",
    "with an HTTPRoute it is the Gateway that has the certificate: leave existingSecret and certManager out",
  );
  checkName(problems, "certificates.existingSecret", existingSecret);
  if (certManager === undefined) return { secretName: existingSecret ?? `${name}-certificate`, existing: existingSecret !== undefined };
  const { issuer, kind = "ClusterIssuer", group = "cert-manager.io" } = certManager;
  checkName(problems, "certificates.certManager.issuer", issuer ?? "");
  problems.require(
    isText(kind, /^[A-Z][A-Za-z]*$/),
    "certificates.certManager.kind",
    `"${kind}" is not the kind of an issuer, as Issuer or ClusterIssuer`,
  );
  problems.require(isHostname(group), "certificates.certManager.group", `"${group}" is not an API group, as cert-manager.io`);
  return { secretName: `${name}-certificate`, existing: false, certManager: { issuer, kind, group } };
}
