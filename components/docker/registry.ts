import * as pulumi from "@pulumi/pulumi";
import {
  AccessMode,
  changingParts,
  checkSettings,
  nodeServerName,
  storeServerName,
  renderClientConfig,
  resolveTopology,
} from "ha-registry-core";
import type { RegistrySettings, RegistryShape, Topology } from "ha-registry-core";
import { credentialsOf, given, issueCertificate, known } from "ha-registry-core/pulumi";
import type { SecretsArgs as CommonSecretsArgs, TrustArgs as CommonTrustArgs } from "ha-registry-core/pulumi";
import { Access } from "./access";
import { Backup } from "./backup";
import { Audit } from "./audit";
import { checkArguments } from "./check-arguments";
import { Certificates } from "./certificates";
import { GarbageCollection } from "./garbage-collection";
import { hostProviders, privateNetworks } from "./hosts";
import { LoadBalancer } from "./load-balancer";
import { Monitoring } from "./monitoring";
import { ObjectStore } from "./object-store";
import { Redis } from "./redis";
import { RegistryNodes, runtimeOn } from "./registry-nodes";

/** Certificates and public keys, as PEM. */
export interface TrustArgs extends CommonTrustArgs {
  /** CA of the targets to which the audit log is forwarded. @default - public ones */
  auditCaPem?: pulumi.Input<string>;
}

/** Secrets. They are kept as secrets in the state, and reach containers only as files. */
export interface SecretsArgs extends CommonSecretsArgs {
  /** Password of the synthetic probe's user at the authorization server, with `AccessMode.Token`. @default - there is no probe */
  probePassword?: pulumi.Input<string>;
  /**
   * What is secret of those who hear of alerts, by their name in `monitoring.receivers`: the URL of a webhook or robot, or the password at the
   * mail server. That of the dead man's switch is named `dead-mans-switch`. @default - none
   */
  receivers?: Record<string, pulumi.Input<string>>;
  /** Password of `audit.forward.elasticsearch.username`. @default - none */
  auditElasticsearchPassword?: pulumi.Input<string>;
  /** Password of `audit.forward.loki.username`. @default - none */
  auditLokiPassword?: pulumi.Input<string>;
}

/** Arguments of `Registry`. What comes from `RegistryShape` decides what exists and is plain; the rest may be outputs. */
export interface RegistryArgs extends RegistryShape {
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

/** A highly available registry on one Docker host or on several: HAProxy before several registry nodes, with a shared store and a shared cache. */
export class Registry extends pulumi.ComponentResource {
  /** `https://host:port`. */
  readonly endpoint: pulumi.Output<string>;
  /** Name under which clients reach the registry. */
  readonly hostname: pulumi.Output<string>;
  /** `host:port`, as it stands in image references. */
  readonly authority: pulumi.Output<string>;
  /** CA that clients have to trust; empty for a given certificate whose CA is not told. */
  readonly caCertificatePem: pulumi.Output<string>;
  /** Login of the first user who may list the catalog, or else of the first one; secret. Empty where nobody logs in by password. */
  readonly credentials: pulumi.Output<Credentials>;
  /** Prometheus metrics of the balancer. */
  readonly metricsEndpoint: pulumi.Output<string>;
  /** Files that make dockerd, containerd and podman trust and find the registry, by their path below `/`. */
  readonly clientConfig: pulumi.Output<Record<string, string>>;

  /**
   * @throws {RegistryError} with every problem of the plain arguments, before anything is registered. Problems of outputs are thrown when
   * they are known, at preview if they can be.
   */
  constructor(name: string, args: RegistryArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    const { settings = {}, trust = {}, secrets = {}, ...shape } = args;
    const topology = resolveTopology(name, shape);
    checkArguments(topology, trust, secrets);
    const parts = changingParts(topology);
    checkSettings(name, known(settings) ?? {}, parts);

    super("ha-registry-docker:index:Registry", name, {}, opts);
    const child = { parent: this };

    const providers = hostProviders(topology, child);
    const part = { ...child, hostProviders: providers };
    const networkName = privateNetworks(topology, part);

    const certificates = new Certificates(
      `${name}-certificates`,
      {
        topology,
        certificatePem: trust.certificatePem,
        caCertificatePem: trust.caCertificatePem,
        privateKeyPem: secrets.privateKeyPem,
      },
      child,
    );
    const access =
      topology.access.mode === AccessMode.Htpasswd
        ? new Access(`${name}-access`, { topology, passwords: secrets.passwords }, child)
        : undefined;
    const objectStore = new ObjectStore(`${name}-store`, { topology, networkName }, part);
    const redis =
      topology.redis.enabled && !topology.redis.external
        ? new Redis(
            topology.redis.name,
            {
              topology,
              networkName,
              caCertificatePem: certificates.internalCaCertificatePem,
              caPrivateKeyPem: certificates.internalCaPrivateKeyPem,
            },
            part,
          )
        : undefined;

    const storeVolumeName = topology.objectStore.s3 !== undefined ? undefined : objectStore.volumeName;
    const keys = storeKeys(topology, secrets, objectStore);
    const internalCertificate = topology.node.tls
      ? issueCertificate(
          `${name}-internal`,
          { commonName: nodeServerName(name), dnsNames: [nodeServerName(name), storeServerName(name)], ipAddresses: [] },
          { certificatePem: certificates.internalCaCertificatePem, privateKeyPem: certificates.internalCaPrivateKeyPem },
          topology.certificates,
          child,
        )
      : undefined;
    const nodes = new RegistryNodes(
      `${name}-nodes`,
      {
        topology,
        networkName,
        storeVolumeName,
        settings: pulumi.output(settings).apply((values) => {
          checkSettings(name, values, parts);
          return values;
        }),
        certificatePem: internalCertificate?.certificatePem,
        privateKeyPem: internalCertificate?.privateKeyPem,
        htpasswd: access?.htpasswd,
        redisCaPem: redis ? certificates.internalCaCertificatePem : trust.redisCaPem,
        s3CaPem: trust.s3CaPem,
        tokenCertificatesPem: trust.tokenCertificatesPem,
        tokenJwks: trust.tokenJwks,
        secrets: pulumi.secret(
          given<string>({
            redisPassword: redis?.password ?? secrets.redisPassword,
            redisSentinelPassword: topology.redis.sentinel === undefined ? secrets.redisSentinelPassword : redis?.password,
            s3AccessKey: keys.accessKey,
            s3SecretKey: keys.secretKey,
            proxyUsername: secrets.proxyUsername,
            proxyPassword: secrets.proxyPassword,
          }),
        ),
        notificationHeaders: secrets.notificationHeaders === undefined ? undefined : pulumi.secret(secrets.notificationHeaders),
      },
      { ...part, dependsOn: [objectStore] },
    );

    const audit =
      topology.audit &&
      new Audit(
        `${name}-audit`,
        {
          topology,
          networkName,
          caCertificatePem: trust.auditCaPem,
          elasticsearchPassword: secrets.auditElasticsearchPassword,
          lokiPassword: secrets.auditLokiPassword,
        },
        part,
      );
    const loadBalancer = new LoadBalancer(
      `${name}-balancer`,
      {
        topology,
        networkName,
        certificatePem: certificates.certificatePem,
        privateKeyPem: certificates.privateKeyPem,
        clientCaPem: trust.clientCaPem,
        internalCaPem: topology.node.tls ? certificates.internalCaCertificatePem : undefined,
        internalCertificatePem: internalCertificate?.certificatePem,
        internalPrivateKeyPem: internalCertificate?.privateKeyPem,
      },
      // A node that is new has to run before the balancer sends to it, and where events go has to be there before there are any.
      { ...part, dependsOn: audit === undefined ? [nodes] : [nodes, audit] },
    );

    if (topology.garbageCollection !== undefined && redis !== undefined)
      new GarbageCollection(
        `${name}-garbage-collection`,
        {
          topology,
          networkName,
          node: runtimeOn(nodes, topology.garbageCollection.collector.host),
          storeVolumeName,
          storeKeys: pulumi.secret(given<string>(keys)),
          s3CaPem: trust.s3CaPem,
          redisCaPem: certificates.internalCaCertificatePem,
          redisPassword: redis.password,
        },
        { ...part, dependsOn: [nodes] },
      );

    if (topology.backup !== undefined)
      new Backup(
        `${name}-backup`,
        {
          topology,
          networkName,
          storeVolumeName,
          storeKeys: pulumi.secret(given<string>(keys)),
          storeCaPem: trust.s3CaPem,
          accessKeys: pulumi.secret(secrets.backupAccessKeys ?? {}),
          secretKeys: pulumi.secret(secrets.backupSecretKeys ?? {}),
          caPem: trust.backupCaPem,
        },
        { ...part, dependsOn: [objectStore] },
      );

    if (topology.monitoring !== undefined) {
      const { username } = topology.monitoring.probe ?? {};
      const probePassword = username === undefined ? undefined : access?.passwords.apply((all) => all[username] ?? "");
      new Monitoring(
        `${name}-monitoring`,
        {
          topology,
          networkName,
          storeVolumeName,
          caCertificatePem: certificates.caCertificatePem,
          probePassword: probePassword ?? secrets.probePassword,
          internalCa: { certificatePem: certificates.internalCaCertificatePem, privateKeyPem: certificates.internalCaPrivateKeyPem },
          redisPassword: redis?.monitorPassword,
          garageToken: objectStore.metricsToken,
          receiverSecrets: secrets.receivers,
        },
        { ...part, dependsOn: [loadBalancer] }, // what is watched is there first, so that nothing seems to be missing
      );
    }

    this.endpoint = loadBalancer.endpoint;
    this.hostname = pulumi.output(topology.hostname);
    this.authority = pulumi.output(topology.authority);
    this.caCertificatePem = certificates.caCertificatePem;
    this.credentials = credentialsOf(topology, access?.passwords ?? {});
    this.metricsEndpoint = loadBalancer.metricsEndpoint;
    this.clientConfig = certificates.caCertificatePem.apply((ca) => renderClientConfig(topology, ca));
    this.registerOutputs({
      endpoint: this.endpoint,
      hostname: this.hostname,
      authority: this.authority,
      caCertificatePem: this.caCertificatePem,
      credentials: this.credentials,
      metricsEndpoint: this.metricsEndpoint,
      clientConfig: this.clientConfig,
    });
  }
}

/** Keys of the bucket: Garage's own, or those that are given. */
function storeKeys({ objectStore: { garage } }: Topology, secrets: SecretsArgs, { s3AccessKey, s3SecretKey }: ObjectStore) {
  return garage === undefined
    ? { accessKey: secrets.s3AccessKey, secretKey: secrets.s3SecretKey }
    : { accessKey: s3AccessKey, secretKey: s3SecretKey };
}
