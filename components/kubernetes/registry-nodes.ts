import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment";
import { HorizontalPodAutoscaler } from "@pulumi/kubernetes/autoscaling/v2/horizontalPodAutoscaler";
import { Secret } from "@pulumi/kubernetes/core/v1/secret";
import { Service } from "@pulumi/kubernetes/core/v1/service";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1/podDisruptionBudget";
import type * as inputs from "@pulumi/kubernetes/types/input";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import {
  AccessMode,
  askForDrain,
  drainNoticeSeconds,
  ports,
  renderPodScript,
  renderRegistryConfig,
  renderTracingEnvironment,
  storeDirectory,
  users,
} from "ha-registry-core";
import type { KubernetesTopology, RegistrySecrets, RegistrySettings } from "ha-registry-core";
import { present } from "ha-registry-core/pulumi";
import { Files, filesMount, filesVolume, pathIf, pathOf } from "./files";
import { annotated, base64, labelsOf, metadataOf, scrapeAnnotations, selectorOf } from "./objects";
import { memoryVolume, podSpec, rollingUpdate } from "./pod";
import { storeClient } from "./store-access";

/** Arguments of `RegistryNodes`. */
export interface RegistryNodesArgs {
  /** The resolved registry. */
  topology: KubernetesTopology;
  /** Namespace of the registry. */
  namespaceName: pulumi.Input<string>;
  /** Name of the claim of the volume with blobs and manifests. @default - none, for a bucket */
  storeClaimName?: pulumi.Input<string>;
  /** Name of the ConfigMap by which nodes reach the registry's own object store. @default - none */
  storeConfigMapName?: pulumi.Input<string>;
  /** What ends in the registry's configuration. @default - the registry's defaults, as this library sets them */
  settings?: pulumi.Input<RegistrySettings>;
  /** Certificate that nodes show. */
  certificatePem: pulumi.Input<string>;
  /** Private key for it, a secret. */
  privateKeyPem: pulumi.Input<string>;
  /** The registry's password file, a secret. @default - none */
  htpasswd?: pulumi.Input<string>;
  /** CA of Redis. @default - the system's */
  redisCaPem?: pulumi.Input<string>;
  /** CA of the S3 endpoint. @default - the system's */
  s3CaPem?: pulumi.Input<string>;
  /** Certificates of the authorization server. @default - none */
  tokenCertificatesPem?: pulumi.Input<string>;
  /** Keys of the authorization server, as a JWKS. @default - none */
  tokenJwks?: pulumi.Input<string>;
  /** Passwords and keys, secrets, without the HTTP secret, which is made here. @default - none */
  secrets?: pulumi.Input<Record<string, string>>;
  /** Headers of event posts, by receiver, then by header, secrets. @default - none */
  notificationHeaders?: pulumi.Input<Record<string, Record<string, string[]>>>;
}

const part = "node";

/** Directory of the password file. It is a Secret of its own, which changes in place: the registry reads the file at every request. */
const accessDirectory = "/access";

/** Directory of the CA of the S3 endpoint, alone, since all that is there is trusted. */
const trustedDirectory = "/trusted";

/**
 * The registry nodes. They share storage, HTTP secret and Redis, nothing else, so that an upload begun on one can go on at another.
 *
 * A change replaces them one after the other: a new one serves before an old one is asked to go, and that one lets transfers under way finish.
 */
export class RegistryNodes extends pulumi.ComponentResource {
  /** Name of the ConfigMap with what nodes read that is no secret. */
  readonly configMapName: pulumi.Output<string>;
  /** Name of the Secret with their configuration and the key of their certificate. */
  readonly secretName: pulumi.Output<string>;

  constructor(name: string, args: RegistryNodesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-registry-kubernetes:index:RegistryNodes", name, {}, opts);
    const { topology, namespaceName } = args;
    const { nodes } = topology;
    const child = { parent: this };
    const metadata = (annotations?: Record<string, string>): inputs.meta.v1.ObjectMeta =>
      metadataOf(topology, part, nodes.serviceName, namespaceName, annotations);

    const httpSecret = new random.RandomPassword(`${name}-http-secret`, { length: 64, special: false }, child).result;
    const files = new Files(
      `${name}-files`,
      {
        topology,
        namespaceName,
        part,
        plain: { ...trustedFiles(args), "node.sh": renderPodScript(), "server.crt": args.certificatePem },
        secret: { "config.yml": configuration(args, httpSecret), "server.key": args.privateKeyPem },
      },
      child,
    );
    const access = args.htpasswd === undefined ? undefined : this.makeAccess(`${name}-htpasswd`, args, args.htpasswd);
    const account = new ServiceAccount(
      name,
      { metadata: metadata(nodes.serviceAccountAnnotations), automountServiceAccountToken: false },
      child,
    );
    new Service(
      name,
      {
        metadata: metadata(),
        spec: {
          clusterIP: "None",
          selector: selectorOf(topology, part),
          ports: [{ name: "registry", port: topology.node.port, targetPort: "registry" }],
        },
      },
      child,
    );
    new PodDisruptionBudget(
      name,
      {
        metadata: metadata(),
        spec: {
          maxUnavailable: nodes.maxUnavailable,
          selector: { matchLabels: selectorOf(topology, part) },
          unhealthyPodEvictionPolicy: "AlwaysAllow", // a pod that does not serve anyway keeps no host from being drained
        },
      },
      child,
    );
    new Deployment(
      name,
      {
        metadata: metadata(),
        spec: {
          replicas: nodes.count,
          // Balancers hear of a new node from DNS, which keeps its answers for 5 seconds.
          minReadySeconds: 10,
          revisionHistoryLimit: 1,
          strategy: rollingUpdate,
          selector: { matchLabels: selectorOf(topology, part) },
          template: {
            metadata: { labels: labelsOf(topology, part), ...annotated(scrapeAnnotations(topology, topology.node.debugPort)) },
            spec: pod(args, files, account.metadata.name, access),
          },
        },
      },
      { ...child, ...(nodes.autoscaling === undefined ? {} : { ignoreChanges: ["spec.replicas"] }) }, // how many there are is for the autoscaler to say
    );
    if (nodes.autoscaling !== undefined)
      new HorizontalPodAutoscaler(
        name,
        {
          metadata: metadata(),
          spec: {
            scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: nodes.serviceName },
            minReplicas: nodes.count,
            maxReplicas: nodes.autoscaling.maximum,
            metrics: [
              {
                type: "Resource",
                resource: { name: "cpu", target: { type: "Utilization", averageUtilization: nodes.autoscaling.cpuPercent } },
              },
            ],
          },
        },
        child,
      );
    this.configMapName = files.configMapName;
    this.secretName = files.secretName;
    this.registerOutputs({ configMapName: this.configMapName, secretName: this.secretName });
  }

  private makeAccess(name: string, { topology, namespaceName }: RegistryNodesArgs, htpasswd: pulumi.Input<string>): pulumi.Output<string> {
    return new Secret(
      name,
      {
        metadata: metadataOf(topology, part, `${topology.name}-htpasswd`, namespaceName),
        type: "Opaque",
        data: { htpasswd: pulumi.secret(htpasswd).apply(base64) },
      },
      { parent: this },
    ).metadata.name;
  }
}

function pod(
  args: RegistryNodesArgs,
  files: Files,
  serviceAccountName: pulumi.Output<string>,
  access: pulumi.Output<string> | undefined,
): inputs.core.v1.PodSpec {
  const { topology, storeClaimName, storeConfigMapName, s3CaPem } = args;
  const store = storeConfigMapName === undefined ? undefined : storeClient(topology, storeConfigMapName);
  const { node, nodes, images } = topology;
  const volumes: [inputs.core.v1.Volume, inputs.core.v1.VolumeMount][] = [
    [filesVolume(files), filesMount],
    [memoryVolume("tmp", 1), { name: "tmp", mountPath: "/tmp" }],
  ];
  if (access !== undefined)
    volumes.push([
      { name: "access", secret: { secretName: access, defaultMode: 0o440 } },
      { name: "access", mountPath: accessDirectory, readOnly: true },
    ]);
  if (storeClaimName !== undefined)
    volumes.push([
      { name: "store", persistentVolumeClaim: { claimName: storeClaimName } },
      { name: "store", mountPath: storeDirectory },
    ]);
  if (s3CaPem !== undefined)
    volumes.push([
      { name: "trusted", configMap: { name: files.configMapName, items: [{ key: "s3-ca.crt", path: "s3-ca.crt" }] } },
      { name: "trusted", mountPath: trustedDirectory, readOnly: true },
    ]);
  return podSpec({
    topology,
    part,
    image: images.registry,
    command: ["sh", pathOf("node.sh"), pathOf("config.yml")],
    user: users.registry,
    memoryMiB: node.memoryMiB,
    ...(node.cpus === undefined ? {} : { cpus: node.cpus }),
    requests: nodes.requests,
    graceSeconds: drainNoticeSeconds + node.drainSeconds + 10, // the registry gives up first, and says so in its log
    ports: { registry: node.port, debug: node.debugPort, agent: ports.agent },
    environment: { ...renderTracingEnvironment(topology), ...(s3CaPem === undefined ? {} : { SSL_CERT_DIR: trustedDirectory }) },
    probes: probes(),
    beforeStop: ["sh", "-c", askForDrain],
    serviceAccountName,
    volumes: [...volumes.map(([volume]) => volume), ...(store?.volumes ?? [])],
    sidecars: store?.sidecars ?? [],
    mounts: volumes.map(([, mount]) => mount),
  });
}

/**
 * A node whose store fails wants no requests, and is not started again: that would mend nothing, and end what it has under way. It is when it no longer tells
 * its metrics.
 */
function probes(): Pick<inputs.core.v1.Container, "startupProbe" | "readinessProbe" | "livenessProbe"> {
  const health = { httpGet: { path: "/debug/health", port: "debug" }, timeoutSeconds: 3 };
  return {
    startupProbe: { ...health, periodSeconds: 1, failureThreshold: 120 },
    readinessProbe: { ...health, periodSeconds: 5, failureThreshold: 2 },
    livenessProbe: { httpGet: { path: "/metrics", port: "debug" }, timeoutSeconds: 5, periodSeconds: 15, failureThreshold: 4 },
  };
}

/** The files that nodes trust, by name. */
function trustedFiles(args: RegistryNodesArgs): Record<string, pulumi.Input<string>> {
  return present({
    "redis-ca.crt": args.redisCaPem,
    "s3-ca.crt": args.s3CaPem,
    "token.crt": args.tokenCertificatesPem,
    "token-jwks.json": args.tokenJwks,
  });
}

function configuration(args: RegistryNodesArgs, httpSecret: pulumi.Output<string>): pulumi.Output<string> {
  const { topology } = args;
  return pulumi
    .all([pulumi.output(args.settings ?? {}), pulumi.output(args.secrets ?? {}), pulumi.output(args.notificationHeaders), httpSecret])
    .apply(([settings, secrets, notificationHeaders, secret]) => {
      const all: RegistrySecrets = { ...secrets, notificationHeaders, httpSecret: secret };
      return renderRegistryConfig(topology, settings, all, {
        htpasswd: topology.access.mode === AccessMode.Htpasswd ? `${accessDirectory}/htpasswd` : undefined,
        tokenCertificates: pathIf(args.tokenCertificatesPem, "token.crt"),
        tokenJwks: pathIf(args.tokenJwks, "token-jwks.json"),
        redisCa: pathIf(args.redisCaPem, "redis-ca.crt"),
        serverCertificate: pathOf("server.crt"),
        serverKey: pathOf("server.key"),
      });
    });
}
