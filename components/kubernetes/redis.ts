import { createHash } from "node:crypto";
import { StatefulSet } from "@pulumi/kubernetes/apps/v1/statefulSet";
import { Service } from "@pulumi/kubernetes/core/v1/service";
import type * as inputs from "@pulumi/kubernetes/types/input";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { ports, redisAnswers, renderRedis, users } from "ha-registry-core";
import type { KubernetesTopology } from "ha-registry-core";
import { issueCertificate } from "ha-registry-core/pulumi";
import { Files, filesMount, filesVolume, pathOf } from "./files";
import { labelsOf, metadataOf, selectorOf } from "./objects";
import { memoryVolume, podSpec } from "./pod";

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
 * The cache of blob descriptors, with TLS and a password, all in memory. It is one server, and has no PodDisruptionBudget: one that lets it go guards nothing, and one
 * that does not would keep hosts from being drained. While it is away pulls are slower.
 */
export class Redis extends pulumi.ComponentResource {
  /** Password of the user `registry`, secret. */
  readonly password: pulumi.Output<string>;

  constructor(name: string, args: RedisArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-registry-kubernetes:index:Redis", name, {}, opts);
    const { topology, namespaceName } = args;
    const { redis } = topology;
    const { host } = redis;
    if (host === undefined) throw new Error("there is no server of the registry's own to run");
    const child = { parent: this };
    const metadata = metadataOf(topology, part, redis.name, namespaceName);

    this.password = new random.RandomPassword(name, { length: 48, special: false }, child).result;
    const certificate = issueCertificate(
      name,
      { commonName: host, dnsNames: [host, "localhost"], ipAddresses: ["127.0.0.1"] },
      { certificatePem: args.caCertificatePem, privateKeyPem: args.caPrivateKeyPem },
      topology.certificates,
      child,
    );
    const files = new Files(
      `${name}-files`,
      {
        topology,
        namespaceName,
        part,
        plain: { "ca.crt": args.caCertificatePem, "server.crt": certificate.certificatePem },
        secret: { "server.key": certificate.privateKeyPem, "redis.conf": configuration(topology, this.password) },
      },
      child,
    );
    new Service(
      name,
      {
        metadata,
        spec: {
          clusterIP: "None",
          selector: selectorOf(topology, part),
          ports: [{ name: "redis", port: ports.redis, targetPort: "redis" }],
        },
      },
      child,
    );
    new StatefulSet(
      name,
      {
        metadata,
        spec: {
          serviceName: redis.name,
          replicas: 1,
          revisionHistoryLimit: 1,
          selector: { matchLabels: selectorOf(topology, part) },
          template: { metadata: { labels: labelsOf(topology, part) }, spec: pod(topology, files) },
        },
      },
      child,
    );
    this.registerOutputs({});
  }
}

function configuration(topology: KubernetesTopology, password: pulumi.Output<string>): pulumi.Output<string> {
  const files = { certificate: pathOf("server.crt"), key: pathOf("server.key"), ca: pathOf("ca.crt") };
  return password.apply((text) => renderRedis(topology, files, createHash("sha256").update(text).digest("hex")));
}

function pod(topology: KubernetesTopology, files: Files): inputs.core.v1.PodSpec {
  const { redis, images } = topology;
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
