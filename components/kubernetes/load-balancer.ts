import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment";
import { Service } from "@pulumi/kubernetes/core/v1/service";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1/podDisruptionBudget";
import type * as inputs from "@pulumi/kubernetes/types/input";
import * as pulumi from "@pulumi/pulumi";
import {
  podAddressVariable,
  ports,
  renderBalancerScript,
  renderKubernetesHaproxy,
  ServiceType,
  statisticsPortVariable,
  users,
  withdrawalSeconds,
} from "ha-registry-core";
import type { KubernetesTopology } from "ha-registry-core";
import { expose } from "./exposure";
import { Files, filesMount, filesVolume, pathIf, pathOf } from "./files";
import { annotated, labelsOf, metadataOf, participantLabels, scrapeAnnotations, selectorOf } from "./objects";
import { podSpec, rollingUpdate } from "./pod";

/** Arguments of `LoadBalancer`. */
export interface LoadBalancerArgs {
  /** The resolved registry. */
  topology: KubernetesTopology;
  /** Namespace of the registry. */
  namespaceName: pulumi.Input<string>;
  /** Name of the Secret with the certificate that clients see. @default - none: it is a Gateway that has it */
  certificateSecretName?: pulumi.Input<string>;
  /** What changes with that certificate. @default - others renew it, and HAProxy is reloaded then */
  certificateDigest?: pulumi.Input<string>;
  /** CA of client certificates. @default - clients are asked for none */
  clientCaPem?: pulumi.Input<string>;
  /** CA of the certificate that nodes show. */
  internalCaPem: pulumi.Input<string>;
}

const part = "balancer";

/** Directory of the certificate that clients see. */
const certificateDirectory = "/certificate";

/**
 * The load balancer: HAProxys before the nodes, and what clients reach them by. Kubernetes's own Services try nothing twice, and know nothing of uploads: with HAProxy
 * a node that is lost costs no pull, and a request is limited, logged and refused as on Docker hosts.
 */
export class LoadBalancer extends pulumi.ComponentResource {
  /** `https://host:port`. */
  readonly endpoint: pulumi.Output<string>;
  /** Prometheus metrics of the HAProxys: the name has the addresses of all. */
  readonly metricsEndpoint: pulumi.Output<string>;
  /** IP address or DNS name that the cluster has given the Service; empty where it gives none. The registry's DNS name belongs to it. */
  readonly address: pulumi.Output<string>;

  constructor(name: string, args: LoadBalancerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-registry-kubernetes:index:LoadBalancer", name, {}, opts);
    const { topology, namespaceName } = args;
    const { loadBalancer, garbageCollection: collection } = topology;
    const child = { parent: this };
    const statistics = `${topology.name}-statistics`;
    const metadata = metadataOf(topology, part, `${topology.name}-balancer`, namespaceName);

    const files = new Files(
      `${name}-files`,
      {
        topology,
        namespaceName,
        part,
        plain: {
          ...(args.clientCaPem === undefined ? {} : { "client-ca.crt": args.clientCaPem }),
          "internal-ca.crt": args.internalCaPem,
          "balancer.sh": renderBalancerScript({
            ...(isWatched(args) ? { watched: certificateDirectory } : {}),
            ...(collection === undefined ? {} : { fence: `${collection.fenceHost} ${ports.fence}` }),
          }),
          "haproxy.cfg": renderKubernetesHaproxy(topology, {
            ...(loadBalancer.endsTls ? { certificate: `${certificateDirectory}/server.crt` } : {}),
            clientCa: pathIf(args.clientCaPem, "client-ca.crt"),
            internalCa: pathOf("internal-ca.crt"),
          }),
        },
      },
      child,
    );
    const service = new Service(
      name,
      {
        metadata: metadataOf(topology, part, loadBalancer.serviceName, namespaceName, loadBalancer.service.annotations),
        spec: serviceSpec(topology),
      },
      child,
    );
    new Service(
      `${name}-statistics`,
      {
        metadata: metadataOf(topology, part, statistics, namespaceName),
        spec: {
          clusterIP: "None",
          selector: selectorOf(topology, part),
          ports: [{ name: "statistics", port: ports.statistics, targetPort: "statistics" }],
        },
      },
      child,
    );
    new PodDisruptionBudget(
      name,
      {
        metadata,
        spec: {
          maxUnavailable: loadBalancer.maxUnavailable,
          selector: { matchLabels: selectorOf(topology, part) },
          unhealthyPodEvictionPolicy: "AlwaysAllow",
        },
      },
      child,
    );
    new Deployment(
      name,
      {
        metadata,
        spec: {
          replicas: loadBalancer.replicas,
          minReadySeconds: 5, // until hosts and load balancers before them know of it
          revisionHistoryLimit: 1,
          strategy: rollingUpdate,
          selector: { matchLabels: selectorOf(topology, part) },
          template: {
            metadata: {
              labels: { ...labelsOf(topology, part), ...participantLabels(topology) },
              ...annotated<pulumi.Input<string>>({
                ...(args.certificateDigest === undefined || !loadBalancer.endsTls
                  ? {}
                  : { "ha-registry/certificate-digest": args.certificateDigest }),
                ...scrapeAnnotations(topology, ports.statistics),
              }),
            },
            spec: pod(args, files),
          },
        },
      },
      child,
    );
    expose(name, topology, namespaceName, args.certificateSecretName, child);

    this.endpoint = pulumi.output(topology.endpoint);
    this.metricsEndpoint = pulumi.interpolate`http://${statistics}.${namespaceName}.svc.${topology.clusterDomain}:${ports.statistics}/metrics`;
    this.address = addressOf(service);
    this.registerOutputs({ endpoint: this.endpoint, metricsEndpoint: this.metricsEndpoint, address: this.address });
  }
}

/** Where others renew the certificate, its digest is not known here. */
function isWatched({ topology, certificateDigest }: LoadBalancerArgs): boolean {
  return topology.loadBalancer.endsTls && certificateDigest === undefined;
}

function serviceSpec(topology: KubernetesTopology): inputs.core.v1.ServiceSpec {
  const { port, service, allowedAddressRanges } = topology.loadBalancer;
  const { type, nodePort, loadBalancerClass, externalTrafficPolicy } = service;
  return {
    type,
    selector: selectorOf(topology, part),
    ports: [{ name: "registry", port, targetPort: "registry", protocol: "TCP", ...(nodePort === undefined ? {} : { nodePort }) }],
    ...(externalTrafficPolicy === undefined ? {} : { externalTrafficPolicy }),
    ...(loadBalancerClass === undefined ? {} : { loadBalancerClass }),
    // HAProxy refuses others, too; where the cluster's network can, they do not even get there.
    ...(type === ServiceType.LoadBalancer && allowedAddressRanges.length > 0
      ? { loadBalancerSourceRanges: allowedAddressRanges.map(asNetwork) }
      : {}),
  };
}

/** Kubernetes wants a prefix behind every address. */
function asNetwork(range: string): string {
  if (range.includes("/")) return range;
  return `${range}/${range.includes(":") ? 128 : 32}`;
}

function pod(args: LoadBalancerArgs, files: Files): inputs.core.v1.PodSpec {
  const { topology, certificateSecretName } = args;
  const { loadBalancer, images, node } = topology;
  const withCertificate = loadBalancer.endsTls && certificateSecretName !== undefined;
  return podSpec({
    topology,
    part,
    image: images.haproxy,
    command: ["sh", pathOf("balancer.sh"), pathOf("haproxy.cfg")],
    user: users.haproxy,
    memoryMiB: loadBalancer.memoryMiB,
    ...(loadBalancer.cpus === undefined ? {} : { cpus: loadBalancer.cpus }),
    requests: loadBalancer.requests,
    graceSeconds: withdrawalSeconds + node.drainSeconds + 10,
    ports: { registry: ports.balancer, statistics: ports.statistics },
    environment: { [statisticsPortVariable]: String(ports.statistics) },
    ...(topology.garbageCollection === undefined ? {} : { podFields: { [podAddressVariable]: "status.podIP" } }),
    probes: probes(),
    beforeStop: ["sleep", String(withdrawalSeconds)],
    volumes: [filesVolume(files, false), ...(withCertificate ? [certificateVolume(certificateSecretName)] : [])],
    mounts: [filesMount, ...(withCertificate ? [{ name: "certificate", mountPath: certificateDirectory, readOnly: true }] : [])],
  });
}

/** HAProxy finds the key beside the certificate, under its name and `.key`. */
function certificateVolume(secretName: pulumi.Input<string>): inputs.core.v1.Volume {
  return {
    name: "certificate",
    secret: {
      secretName,
      defaultMode: 0o440,
      items: [
        { key: "tls.crt", path: "server.crt" },
        { key: "tls.key", path: "server.crt.key" },
      ],
    },
  };
}

/** Ready means: answers, and sees a node. It is started again only when it does not answer at all. */
function probes(): Pick<inputs.core.v1.Container, "startupProbe" | "readinessProbe" | "livenessProbe"> {
  const metrics = { httpGet: { path: "/metrics", port: "statistics" }, timeoutSeconds: 5 };
  return {
    startupProbe: { ...metrics, periodSeconds: 1, failureThreshold: 60 },
    readinessProbe: { httpGet: { path: "/healthz", port: "statistics" }, timeoutSeconds: 3, periodSeconds: 3, failureThreshold: 2 },
    livenessProbe: { ...metrics, periodSeconds: 15, failureThreshold: 4 },
  };
}

function addressOf(service: Service): pulumi.Output<string> {
  return service.status.apply((status) => {
    const [first] = status?.loadBalancer?.ingress ?? [];
    return first?.ip ?? first?.hostname ?? "";
  });
}
