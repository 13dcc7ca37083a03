import { createHash } from "node:crypto";
import { StatefulSet } from "@pulumi/kubernetes/apps/v1/statefulSet";
import { Service } from "@pulumi/kubernetes/core/v1/service";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1/podDisruptionBudget";
import type * as inputs from "@pulumi/kubernetes/types/input";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { ports, redisAnswers, renderRedis, users } from "ha-registry-core";
import type { KubernetesTopology } from "ha-registry-core";
import { issueCertificate } from "ha-registry-core/pulumi";
import { Files, filesMount, filesVolume, pathOf } from "./files";
import { labelsOf, metadataOf, selectorOf } from "./objects";
import { memoryVolume, podSpec } from "./pod";
import { replicatedPod } from "./redis-replicated";

/** Arguments of `Redis`. */
export interface RedisArgs {
  /** The resolved registry. */
  topology: KubernetesTopology;
  /** Namespace of the registry. */
  namespaceName: pulumi.Input<string>;
  /** CA by which the registry's parts know each other. */
  caCertificatePem: pulumi.Input<string>;
  /** Private key of that CA, a secret. */
  caPrivateKeyPem: pulumi.Input<string>;
}

const part = "redis";

/**
 * The cache of blob descriptors, with TLS and passwords, all in memory: one server, or three with a sentinel beside each, which choose another primary when it is
 * lost. While one server alone is away pulls are slower.
 *
 * Of several pods one is replaced at a time, and the next one only when the one before has everything that the primary has. A primary that is replaced first hands over
 * to a replica. One server has no PodDisruptionBudget: one that lets it go guards nothing, and one that does not would keep hosts from being drained.
 */
export class Redis extends pulumi.ComponentResource {
  /** Password of the user `registry`, at servers and sentinels, secret. */
  readonly password: pulumi.Output<string>;

  constructor(name: string, args: RedisArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-registry-kubernetes:index:Redis", name, {}, opts);
    const { topology, namespaceName } = args;
    const { redis } = topology;
    const { host, servers, sentinel } = redis;
    if (host === undefined) throw new Error("there is no server of the registry's own to run");
    const child = { parent: this };
    const metadata = metadataOf(topology, part, redis.name, namespaceName);
    const selector = selectorOf(topology, part);

    this.password = new random.RandomPassword(name, { length: 48, special: false }, child).result;
    const certificate = issueCertificate(
      name,
      { commonName: host, dnsNames: [host, ...servers.map(({ address }) => address), "localhost"], ipAddresses: ["127.0.0.1"] },
      { certificatePem: args.caCertificatePem, privateKeyPem: args.caPrivateKeyPem },
      topology.certificates,
      child,
    );
    const instance = { topology, namespaceName, caCertificatePem: args.caCertificatePem, certificate, password: this.password };
    new Service(
      name,
      {
        metadata,
        spec: {
          clusterIP: "None",
          selector,
          ports: [
            { name: "redis", port: ports.redis, targetPort: "redis" },
            ...(sentinel === undefined ? [] : [{ name: "sentinel", port: ports.sentinel, targetPort: "sentinel" }]),
          ],
          // Servers and sentinels find each other before they are ready, and until they are gone.
          ...(sentinel === undefined ? {} : { publishNotReadyAddresses: true }),
        },
      },
      child,
    );
    if (sentinel !== undefined)
      new PodDisruptionBudget(
        name,
        { metadata, spec: { maxUnavailable: 1, selector: { matchLabels: selector }, unhealthyPodEvictionPolicy: "AlwaysAllow" } },
        child,
      );
    new StatefulSet(
      name,
      {
        metadata,
        spec: {
          serviceName: redis.name,
          replicas: Math.max(servers.length, 1),
          revisionHistoryLimit: 1,
          // All come at once, as after a loss of power, when none may wait for one that does not; a change still replaces one after the other.
          ...(sentinel === undefined ? {} : { podManagementPolicy: "Parallel", minReadySeconds: 10 }),
          selector: { matchLabels: selector },
          template: {
            metadata: { labels: labelsOf(topology, part) },
            spec: sentinel === undefined ? singlePod(name, instance, this) : replicatedPod(name, instance, this),
          },
        },
      },
      child,
    );
    this.registerOutputs({});
  }
}

/** What servers and sentinels are made of. */
export interface RedisInstance {
  /** The resolved registry. */
  topology: KubernetesTopology;
  /** Namespace of the registry. */
  namespaceName: pulumi.Input<string>;
  /** CA by which the registry's parts know each other. */
  caCertificatePem: pulumi.Input<string>;
  /** What all of them show. */
  certificate: { certificatePem: pulumi.Output<string>; privateKeyPem: pulumi.Output<string> };
  /** Password of the user `registry`. */
  password: pulumi.Output<string>;
}

function singlePod(name: string, instance: RedisInstance, parent: pulumi.Resource): inputs.core.v1.PodSpec {
  const { topology, namespaceName, caCertificatePem, certificate, password } = instance;
  const { redis, images } = topology;
  const files = new Files(
    `${name}-files`,
    {
      topology,
      namespaceName,
      part,
      plain: { "ca.crt": caCertificatePem, "server.crt": certificate.certificatePem },
      secret: { "server.key": certificate.privateKeyPem, "redis.conf": configuration(topology, password) },
    },
    { parent },
  );
  const answers = { exec: { command: ["sh", "-c", redisAnswers(pathOf("ca.crt"), ports.redis)] }, timeoutSeconds: 5 };
  return podSpec({
    topology,
    part,
    image: images.redis,
    command: ["redis-server", pathOf("redis.conf")],
    user: users.redis,
    memoryMiB: redis.memoryMiB,
    ...(redis.cpus === undefined ? {} : { cpus: redis.cpus }),
    requests: { memoryMiB: redis.memoryMiB, cpus: Math.min(0.1, redis.cpus ?? 0.1) },
    graceSeconds: 5,
    ports: { redis: ports.redis },
    probes: {
      startupProbe: { ...answers, periodSeconds: 1, failureThreshold: 60 },
      readinessProbe: { tcpSocket: { port: "redis" }, periodSeconds: 5 },
      livenessProbe: { ...answers, periodSeconds: 20, failureThreshold: 3 },
    },
    volumes: [filesVolume(files), memoryVolume("data", 16)],
    mounts: [filesMount, { name: "data", mountPath: "/data" }],
  });
}

function configuration(topology: KubernetesTopology, password: pulumi.Output<string>): pulumi.Output<string> {
  const files = { certificate: pathOf("server.crt"), key: pathOf("server.key"), ca: pathOf("ca.crt") };
  return password.apply((text) => renderRedis(topology, files, createHash("sha256").update(text).digest("hex")));
}
