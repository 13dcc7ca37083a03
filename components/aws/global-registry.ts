import { Record as DnsRecord } from "@pulumi/aws/route53/record";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { AccessMode, checkSettings, renderClientConfig, resolveGlobalTopology, Routing } from "ha-registry-core";
import type { AwsTopology, GlobalRegistryShape, GlobalTopology, RegistrySettings } from "ha-registry-core";
import { credentialsOf, known, makeLogins } from "ha-registry-core/pulumi";
import type { SecretsArgs, TrustArgs } from "ha-registry-core/pulumi";
import { checkArguments } from "./check-arguments";
import { DnsZone } from "./dns-zone";
import { makeCertificates } from "./certificates";
import type { GivenCertificate } from "./certificates";
import type { LoadBalancer } from "./load-balancer";
import { joinNetworks } from "./peering";
import { makeBalancer, makeGrounds, makeMonitoring, makeNodes } from "./region-parts";
import type { RegionGrounds } from "./region-parts";
import type { Credentials } from "./registry";
import { Replication } from "./replication";
import type { CopyPlace } from "./replication";

/** Arguments of `GlobalRegistry`. What comes from `GlobalRegistryShape` decides what exists and is plain; the rest may be outputs. */
export interface GlobalRegistryArgs extends GlobalRegistryShape {
  /** What ends in the registry's configuration, in every region. @default - see `RegistrySettings` */
  settings?: pulumi.Input<RegistrySettings>;
  /** Certificates and public keys. @default - certificates of ACM's with `dns`, else of an own CA */
  trust?: TrustArgs;
  /** Secrets, the same in every region. @default - generated where they are needed */
  secrets?: SecretsArgs;
}

/** What is made of a region. */
interface Region {
  /** Its name. */
  region: string;
  /** What names of its parts begin with. */
  name: string;
  /** What is in it, resolved. */
  topology: AwsTopology;
  /** What its load balancer and nodes need. */
  grounds: RegionGrounds;
}

/**
 * A registry in several regions of AWS under one name. Home takes pushes; the other regions answer pulls from buckets of their own, into which S3 copies home's, and
 * ask home for what has not arrived. Clients are led to a region that is near, and to another one while that has no healthy node.
 *
 * Every resource says which region it is in, so that one provider makes all of them.
 */
export class GlobalRegistry extends pulumi.ComponentResource {
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
  /** DNS names that AWS has given the load balancers, by region. Without `dns`, `hostname` has to lead there. */
  readonly addresses: pulumi.Output<Record<string, string>>;
  /** Name servers to which the domain above has to delegate a zone that was made; empty otherwise. */
  readonly nameServers: pulumi.Output<string[]>;
  /** Names of the buckets, by region. */
  readonly buckets: pulumi.Output<Record<string, string>>;
  /** Region that takes pushes. */
  readonly home: pulumi.Output<string>;

  /**
   * @throws {RegistryError} with every problem of the plain arguments, before anything is registered. Problems of outputs are thrown when
   * they are known, at preview if they can be.
   */
  constructor(name: string, args: GlobalRegistryArgs, opts?: pulumi.ComponentResourceOptions) {
    const { settings = {}, trust = {}, secrets = {}, ...shape } = args;
    const topology = resolveGlobalTopology(name, shape);
    const home = homeOf(topology);
    checkArguments(home, trust, secrets);
    checkSettings(name, known(settings) ?? {});

    super("ha-registry-aws:index:GlobalRegistry", name, {}, opts);
    const child = { parent: this };

    const usesPasswords = home.access.mode === AccessMode.Htpasswd;
    const logins = usesPasswords ? makeLogins(`${name}-access`, home.access.users, secrets.passwords ?? {}, this) : undefined;
    const httpSecret = new random.RandomPassword(`${name}-http-secret`, { length: 64, special: false }, child).result;
    const shared = { htpasswd: logins?.htpasswd ?? "", httpSecret };
    const regions = topology.regions.map(({ region, topology: of }): Region => {
      const refusesRemovals = region === topology.home && topology.regions.length > 1;
      const grounds = makeGrounds(`${name}-${region}`, of, { htpasswd: shared.htpasswd, refusesRemovals }, child);
      return { region, name: `${name}-${region}`, topology: of, grounds };
    });
    joinRegions(name, topology, regions, child);
    copyBuckets(topology, regions, child);

    const zone = zoneOf(name, topology, home, regions, child);
    const { certificatePem, caCertificatePem } = trust;
    const { privateKeyPem } = secrets;
    const given = { zoneId: zone?.zoneId, certificatePem, privateKeyPem, caCertificatePem };
    const certificates = certify(`${name}-certificates`, topology, regions, given, child);
    const balancers = new Map(
      regions.map((of): [string, LoadBalancer] => {
        const arn = certificates.arns.get(of.region) ?? "";
        return [of.region, makeBalancer(of.name, of.topology, of.grounds, arn, child)];
      }),
    );
    for (const one of regions) {
      const loadBalancer = balancerOf(balancers, one.region);
      const { internalPem } = certificates;
      const isHome = one.topology.home === undefined;
      const asked = isHome ? {} : { homeAddress: balancerOf(balancers, topology.home).dnsName, homeCaPem: certificates.caCertificatePem };
      const told = { loadBalancer, settings, trust, secrets, internalPem, shared, ...asked };
      const nodes = makeNodes(one.name, one.topology, one.grounds, told, child);
      const certificateArn = certificates.arns.get(one.region) ?? "";
      makeMonitoring(one.name, one.topology, one.grounds, { loadBalancer, nodes, certificateArn }, child);
    }
    if (zone !== undefined) tellName(name, topology, home, zone.zoneId, balancers, child);

    const ca = pulumi.output(certificates.caCertificatePem ?? "");
    this.endpoint = pulumi.output(home.endpoint);
    this.hostname = pulumi.output(home.hostname);
    this.authority = pulumi.output(home.authority);
    this.caCertificatePem = ca;
    this.credentials = credentialsOf(home, logins?.passwords ?? {});
    this.clientConfig = ca.apply((pem) => renderClientConfig(home, pem));
    this.addresses = pulumi.output(Object.fromEntries([...balancers].map(([region, { dnsName }]) => [region, dnsName])));
    this.nameServers = zone?.nameServers ?? pulumi.output<string[]>([]);
    this.buckets = pulumi.output(Object.fromEntries(regions.map(({ region, grounds }) => [region, grounds.store.bucket])));
    this.home = pulumi.output(topology.home);
    this.registerOutputs({
      endpoint: this.endpoint,
      hostname: this.hostname,
      authority: this.authority,
      caCertificatePem: this.caCertificatePem,
      credentials: this.credentials,
      clientConfig: this.clientConfig,
      addresses: this.addresses,
      nameServers: this.nameServers,
      buckets: this.buckets,
      home: this.home,
    });
  }
}

/** The certificates of all regions; home, whichever that is, asks ACM how names are proven. ARNs are told by region. */
function certify(
  name: string,
  topology: GlobalTopology,
  regions: readonly Region[],
  given: GivenCertificate,
  child: pulumi.CustomResourceOptions,
): { arns: ReadonlyMap<string, pulumi.Output<string>>; caCertificatePem?: pulumi.Input<string>; internalPem: pulumi.Output<string> } {
  const ordered = [found(regions, topology.home), ...regions.filter(({ region }) => region !== topology.home)];
  const places = ordered.map((one) => ({ name: `${name}-${one.region}`, topology: one.topology }));
  const { arns, ...shared } = makeCertificates(name, { places, proofName: `${name}-proof` }, given, child);
  return { ...shared, arns: new Map(arns.map((arn, index) => [ordered[index]?.region ?? "", arn])) };
}

function homeOf({ home, regions }: GlobalTopology): AwsTopology {
  return found(regions, home).topology;
}

function found<T extends { region: string }>(regions: readonly T[], region: string): T {
  const one = regions.find((other) => other.region === region);
  if (one === undefined) throw new Error(`there is no region ${region}`);
  return one;
}

function balancerOf(balancers: ReadonlyMap<string, LoadBalancer>, region: string): LoadBalancer {
  const balancer = balancers.get(region);
  if (balancer === undefined) throw new Error(`there is no load balancer in ${region}`);
  return balancer;
}

function joinRegions(name: string, { peerings }: GlobalTopology, regions: readonly Region[], child: pulumi.CustomResourceOptions): void {
  for (const { requester, accepter } of peerings) {
    const [from, to] = [requester, accepter].map((region) => {
      const { topology, grounds } = found(regions, region);
      return { topology, network: grounds.network };
    });
    if (from !== undefined && to !== undefined) joinNetworks(`${name}-peering-${requester}-${accepter}`, from, to, child);
  }
}

function copyBuckets({ copies }: GlobalTopology, regions: readonly Region[], child: pulumi.ComponentResourceOptions): void {
  const placeOf = ({ region, grounds: { store, keyArn } }: Region): CopyPlace => ({ region, bucketArn: store.bucketArn, keyArn });
  for (const { from, to, fromHome } of copies) {
    const source = found(regions, from);
    const targets = to.map((region) => found(regions, region));
    const { store, access } = source.grounds;
    new Replication(
      `${source.name}-replication`,
      {
        topology: source.topology,
        accountId: access.accountId,
        bucket: store.bucket,
        from: placeOf(source),
        to: targets.map(placeOf),
        fromHome,
      },
      // S3 copies between buckets that keep versions only.
      { ...child, dependsOn: [store, ...targets.map(({ grounds }) => grounds.store)] },
    );
  }
}

function zoneOf(
  name: string,
  { dns }: GlobalTopology,
  home: AwsTopology,
  regions: readonly Region[],
  child: pulumi.ComponentResourceOptions,
): DnsZone | undefined {
  if (dns === undefined) return undefined;
  const networks = regions.map(({ region, grounds: { network } }) => ({ region, vpcId: network.vpcId }));
  return new DnsZone(`${name}-zone`, { topology: home, networks }, child);
}

/** Tells the name, with one record for each of those who are told something else. */
function tellName(
  name: string,
  { dns }: GlobalTopology,
  { hostname }: AwsTopology,
  zoneId: pulumi.Input<string>,
  balancers: ReadonlyMap<string, LoadBalancer>,
  child: pulumi.CustomResourceOptions,
): void {
  for (const { identifier, region, weight, continent, country } of dns?.routes ?? []) {
    const balancer = balancerOf(balancers, region);
    const location = continent === undefined ? { country } : { continent };
    new DnsRecord(
      `${name}-dns-${identifier}`,
      {
        zoneId,
        name: hostname,
        type: "A",
        setIdentifier: identifier,
        aliases: [{ name: balancer.dnsName, zoneId: balancer.zoneId, evaluateTargetHealth: true }],
        ...(dns?.routing === Routing.Latency ? { latencyRoutingPolicies: [{ region }] } : {}),
        ...(weight === undefined ? {} : { weightedRoutingPolicies: [{ weight }] }),
        ...(dns?.routing === Routing.Geolocation ? { geolocationRoutingPolicies: [location] } : {}),
      },
      child,
    );
  }
}
