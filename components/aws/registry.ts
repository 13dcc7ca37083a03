import * as pulumi from "@pulumi/pulumi";
import { checkSettings, renderClientConfig, resolveAwsTopology } from "ha-registry-core";
import type { AwsRegistryShape, RegistrySettings } from "ha-registry-core";
import { credentialsOf, known } from "ha-registry-core/pulumi";
import type { SecretsArgs, TrustArgs } from "ha-registry-core/pulumi";
import { Certificates } from "./certificates";
import { checkArguments } from "./check-arguments";
import { Dns } from "./dns";
import { DnsZone } from "./dns-zone";
import { makeBalancer, makeGrounds, makeMonitoring, makeNodes } from "./region-parts";

/** Arguments of `Registry`. What comes from `AwsRegistryShape` decides what exists and is plain; the rest may be outputs. */
export interface RegistryArgs extends AwsRegistryShape {
  /** What ends in the registry's configuration. @default - see `RegistrySettings` */
  settings?: pulumi.Input<RegistrySettings>;
  /** Certificates and public keys. @default - a certificate of ACM's with `dns`, else an own CA */
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

/** A highly available registry in one region of AWS: a load balancer before several registry nodes, with a shared bucket and a shared cache. */
export class Registry extends pulumi.ComponentResource {
  /** `https://host:port`. */
  readonly endpoint: pulumi.Output<string>;
  /** Name under which clients reach the registry. */
  readonly hostname: pulumi.Output<string>;
  /** `host[:port]`, as it stands in image references. */
  readonly authority: pulumi.Output<string>;
  /** CA that clients have to trust; empty where they trust it already, as that of ACM. */
  readonly caCertificatePem: pulumi.Output<string>;
  /** Login of the first user who may list the catalog, or else of the first one; secret. Empty where nobody logs in by password. */
  readonly credentials: pulumi.Output<Credentials>;
  /** Files that make dockerd, containerd and podman trust and find the registry, by their path below `/`. */
  readonly clientConfig: pulumi.Output<Record<string, string>>;
  /** DNS name that AWS has given the load balancer. Without `dns`, `hostname` has to lead there. */
  readonly address: pulumi.Output<string>;
  /** Name servers to which the domain above has to delegate a zone that was made; empty otherwise. */
  readonly nameServers: pulumi.Output<string[]>;
  /** Name of the bucket with blobs and manifests. */
  readonly bucket: pulumi.Output<string>;
  /** Log group of nodes and balancers. */
  readonly logGroupName: pulumi.Output<string>;

  /**
   * @throws {RegistryError} with every problem of the plain arguments, before anything is registered. Problems of outputs are thrown when
   * they are known, at preview if they can be.
   */
  constructor(name: string, args: RegistryArgs, opts?: pulumi.ComponentResourceOptions) {
    const { settings = {}, trust = {}, secrets = {}, ...shape } = args;
    const topology = resolveAwsTopology(name, shape);
    checkArguments(topology, trust, secrets);
    checkSettings(name, known(settings) ?? {});

    super("ha-registry-aws:index:Registry", name, {}, opts);
    const child = { parent: this };

    const grounds = makeGrounds(name, topology, { passwords: secrets.passwords }, child);
    const { network, access, store } = grounds;
    const networks = [{ region: topology.region, vpcId: network.vpcId }];
    const zone = topology.dns === undefined ? undefined : new DnsZone(`${name}-zone`, { topology, networks }, child);
    const certificates = new Certificates(
      `${name}-certificates`,
      {
        topology,
        zoneId: zone?.zoneId,
        certificatePem: trust.certificatePem,
        privateKeyPem: secrets.privateKeyPem,
        caCertificatePem: trust.caCertificatePem,
      },
      child,
    );
    const loadBalancer = makeBalancer(name, topology, grounds, certificates.certificateArn, child);
    const { internalPem } = certificates;
    const nodes = makeNodes(name, topology, grounds, { loadBalancer, settings, trust, secrets, internalPem }, child);
    if (zone !== undefined)
      new Dns(
        `${name}-dns`,
        { topology, zoneId: zone.zoneId, balancerDnsName: loadBalancer.dnsName, balancerZoneId: loadBalancer.zoneId },
        child,
      );

    makeMonitoring(name, topology, grounds, { loadBalancer, nodes, certificateArn: certificates.certificateArn }, child);

    this.endpoint = loadBalancer.endpoint;
    this.hostname = pulumi.output(topology.hostname);
    this.authority = pulumi.output(topology.authority);
    this.caCertificatePem = certificates.caCertificatePem;
    this.credentials = credentialsOf(topology, access.passwords);
    this.clientConfig = certificates.caCertificatePem.apply((ca) => renderClientConfig(topology, ca));
    this.address = loadBalancer.dnsName;
    this.nameServers = zone?.nameServers ?? pulumi.output<string[]>([]);
    this.bucket = store.bucket;
    this.logGroupName = nodes.logGroupName;
    this.registerOutputs({
      endpoint: this.endpoint,
      hostname: this.hostname,
      authority: this.authority,
      caCertificatePem: this.caCertificatePem,
      credentials: this.credentials,
      clientConfig: this.clientConfig,
      address: this.address,
      nameServers: this.nameServers,
      bucket: this.bucket,
      logGroupName: this.logGroupName,
    });
  }
}
