import { Namespace } from "@pulumi/kubernetes/core/v1/namespace";
import * as pulumi from "@pulumi/pulumi";
import { AccessMode, checkSettings, nodeServerName, renderClientConfig, resolveKubernetesTopology } from "ha-registry-core";
import type { KubernetesRegistryShape, KubernetesTopology, RegistrySettings } from "ha-registry-core";
import { credentialsOf, given, issueCertificate, known } from "ha-registry-core/pulumi";
import type { SecretsArgs, TrustArgs } from "ha-registry-core/pulumi";
import { Access } from "./access";
import { Backup } from "./backup";
import { Certificates, isRenewedByOthers } from "./certificates";
import { checkArguments } from "./check-arguments";
import { GarbageCollection } from "./garbage-collection";
import { LoadBalancer } from "./load-balancer";
import { Monitoring } from "./monitoring";
import { labelsOf } from "./objects";
import { ObjectStore } from "./object-store";
import { Redis } from "./redis";
import { RegistryNodes } from "./registry-nodes";

/** Arguments of `Registry`. What comes from `KubernetesRegistryShape` decides what exists and is plain; the rest may be outputs. */
export interface RegistryArgs extends KubernetesRegistryShape {
  /** What ends in the registry's configuration. @default - see `RegistrySettings` */
  settings?: pulumi.Input<RegistrySettings>;
  /** Certificates and public keys. @default - an own CA */
  trust?: TrustArgs;
  /** Secrets. @default - generated where they are needed */
  secrets?: SecretsArgs;
}

/** User name and password. */
export interface Credentials {
  /** User name. */
  username: string;
  /** Password. */
  password: string;
}

/** A highly available registry on Kubernetes: HAProxy before several registry nodes, with a shared store and a shared cache. */
export class Registry extends pulumi.ComponentResource {
  /** `https://host:port`. */
  readonly endpoint: pulumi.Output<string>;
  /** Name under which clients reach the registry. */
  readonly hostname: pulumi.Output<string>;
  /** `host:port`, as it stands in image references. */
  readonly authority: pulumi.Output<string>;
  /** CA that clients have to trust; empty for a certificate whose CA is not told. */
  readonly caCertificatePem: pulumi.Output<string>;
  /** Login of the first user who may list the catalog, or else of the first one; secret. Empty where nobody logs in by password. */
  readonly credentials: pulumi.Output<Credentials>;
  /** Prometheus metrics of the balancers. */
  readonly metricsEndpoint: pulumi.Output<string>;
  /** Files that make dockerd, containerd and podman trust and find the registry, by their path below `/`. */
  readonly clientConfig: pulumi.Output<Record<string, string>>;
  /** Namespace of the registry. */
  readonly namespaceName: pulumi.Output<string>;
  /** IP address or DNS name that the cluster has given the load balancer's Service; empty where it gives none. */
  readonly address: pulumi.Output<string>;

  /**
   * @throws {RegistryError} with every problem of the plain arguments, before anything is registered. Problems of outputs are thrown when
   * they are known, at preview if they can be.
   */
  constructor(name: string, args: RegistryArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    const { settings = {}, trust = {}, secrets = {}, ...shape } = args;
    const topology = resolveKubernetesTopology(name, shape);
    checkArguments(topology, trust, secrets);
    checkSettings(name, known(settings) ?? {});

    super("ha-registry-kubernetes:index:Registry", name, {}, opts);
    const child = { parent: this };
    const common = { topology, namespaceName: namespaceOf(topology, child) };

    const certificates = new Certificates(
      `${name}-certificates`,
      {
        ...common,
        certificatePem: trust.certificatePem,
        caCertificatePem: trust.caCertificatePem,
        privateKeyPem: secrets.privateKeyPem,
      },
      child,
    );
    const access = new Access(`${name}-access`, { ...common, passwords: secrets.passwords }, child);
    const authority = {
      certificatePem: certificates.internalCaCertificatePem,
      privateKeyPem: certificates.internalCaPrivateKeyPem,
    };
    const ca = { caCertificatePem: authority.certificatePem, caPrivateKeyPem: authority.privateKeyPem };
    const objectStore = new ObjectStore(`${name}-store`, { ...common, ...ca }, child);
    const { garage } = topology.objectStore;
    const storeClaimName = topology.objectStore.volume === undefined ? undefined : objectStore.claimName;
    const storeConfigMapName = garage === undefined ? undefined : objectStore.accessConfigMapName;
    const storeKeys = {
      accessKey: garage === undefined ? secrets.s3AccessKey : objectStore.s3AccessKey,
      secretKey: garage === undefined ? secrets.s3SecretKey : objectStore.s3SecretKey,
    };
    const redis = topology.redis.host === undefined ? undefined : new Redis(topology.redis.name, { ...common, ...ca }, child);

    const nodeCertificate = issueCertificate(
      `${name}-internal`,
      { commonName: nodeServerName(name), dnsNames: [nodeServerName(name)], ipAddresses: [] },
      authority,
      topology.certificates,
      child,
    );
    const nodes = new RegistryNodes(
      `${name}-nodes`,
      {
        ...common,
        storeClaimName,
        storeConfigMapName,
        settings: pulumi.output(settings).apply((values) => {
          checkSettings(name, values);
          return values;
        }),
        certificatePem: nodeCertificate.certificatePem,
        privateKeyPem: nodeCertificate.privateKeyPem,
        htpasswd: topology.access.mode === AccessMode.Htpasswd ? access.htpasswd : undefined,
        redisCaPem: redis ? authority.certificatePem : trust.redisCaPem,
        s3CaPem: trust.s3CaPem,
        tokenCertificatesPem: trust.tokenCertificatesPem,
        tokenJwks: trust.tokenJwks,
        secrets: pulumi.secret(
          given<string>({
            redisPassword: redis?.password ?? secrets.redisPassword,
            redisSentinelPassword: topology.redis.sentinel === undefined ? secrets.redisSentinelPassword : redis?.password,
            s3AccessKey: storeKeys.accessKey,
            s3SecretKey: storeKeys.secretKey,
            proxyUsername: secrets.proxyUsername,
            proxyPassword: secrets.proxyPassword,
          }),
        ),
        notificationHeaders: secrets.notificationHeaders === undefined ? undefined : pulumi.secret(secrets.notificationHeaders),
      },
      garage === undefined ? child : { ...child, dependsOn: [objectStore] },
    );
    const loadBalancer = new LoadBalancer(
      `${name}-balancer`,
      {
        ...common,
        ...(topology.loadBalancer.gateway !== undefined && !topology.loadBalancer.endsTls
          ? {}
          : { certificateSecretName: certificates.secretName }),
        ...(isRenewedByOthers(topology) ? {} : { certificateDigest: certificates.digest }),
        clientCaPem: trust.clientCaPem,
        internalCaPem: authority.certificatePem,
      },
      child,
    );

    const store = { storeClaimName, storeConfigMapName, storeKeys: pulumi.secret(given<string>(storeKeys)) };
    if (topology.garbageCollection !== undefined && redis !== undefined)
      new GarbageCollection(
        topology.garbageCollection.name,
        {
          ...common,
          nodeConfigMapName: nodes.configMapName,
          nodeSecretName: nodes.secretName,
          ...store,
          s3CaPem: trust.s3CaPem,
          redisCaPem: authority.certificatePem,
          redisPassword: redis.password,
        },
        child,
      );

    if (topology.backup !== undefined)
      new Backup(
        `${name}-backup`,
        {
          ...common,
          ...store,
          storeCaPem: trust.s3CaPem,
          accessKeys: pulumi.secret(secrets.backupAccessKeys ?? {}),
          secretKeys: pulumi.secret(secrets.backupSecretKeys ?? {}),
          caPem: trust.backupCaPem,
        },
        child,
      );

    if (topology.monitoring !== undefined) new Monitoring(`${name}-monitoring`, common, child);

    this.endpoint = loadBalancer.endpoint;
    this.hostname = pulumi.output(topology.hostname);
    this.authority = pulumi.output(topology.authority);
    this.caCertificatePem = certificates.caCertificatePem;
    this.credentials = credentialsOf(topology, access.passwords);
    this.metricsEndpoint = loadBalancer.metricsEndpoint;
    this.clientConfig = certificates.caCertificatePem.apply((ca) => renderClientConfig(topology, ca));
    this.namespaceName = pulumi.output(common.namespaceName);
    this.address = loadBalancer.address;
    this.registerOutputs({
      endpoint: this.endpoint,
      hostname: this.hostname,
      authority: this.authority,
      caCertificatePem: this.caCertificatePem,
      credentials: this.credentials,
      metricsEndpoint: this.metricsEndpoint,
      clientConfig: this.clientConfig,
      namespaceName: this.namespaceName,
      address: this.address,
    });
  }
}

/** The namespace, which lets in no pod that could do more than those of the registry. */
function namespaceOf(topology: KubernetesTopology, opts: pulumi.CustomResourceOptions): pulumi.Input<string> {
  const { name, existing } = topology.namespace;
  if (existing) return name;
  const level = "restricted";
  return new Namespace(
    topology.name,
    {
      metadata: {
        name,
        labels: {
          ...labelsOf(topology, "namespace"),
          "pod-security.kubernetes.io/audit": level,
          "pod-security.kubernetes.io/enforce": level,
          "pod-security.kubernetes.io/warn": level,
        },
      },
    },
    opts,
  ).metadata.name;
}
