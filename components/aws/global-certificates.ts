import * as pulumi from "@pulumi/pulumi";
import { AwsCertificateSource, nodeServerName } from "ha-registry-core";
import type { AwsTopology, GlobalTopology } from "ha-registry-core";
import { issueCertificate, ownAuthority, pemOf } from "ha-registry-core/pulumi";
import type { KeyPair } from "ha-registry-core/pulumi";
import { askForCertificate, importCertificate, proveNames, validated } from "./certificates";

/** What certificates are made of. */
export interface GlobalCertificateInputs {
  /** Hosted zone in which ACM looks for a proof of the names; none where certificates are imported, or there already. */
  zoneId?: pulumi.Input<string>;
  /** Server certificate of the user's own, with intermediates, as PEM. */
  certificatePem?: pulumi.Input<string>;
  /** Private key for it. */
  privateKeyPem?: pulumi.Input<string>;
  /** CA that clients have to trust for it. */
  caCertificatePem?: pulumi.Input<string>;
}

/** The certificates of all regions. */
export interface GlobalCertificates {
  /** ARNs of those that clients see, by region; each is valid when it is known. */
  arns: Map<string, pulumi.Output<string>>;
  /** CA that clients have to trust; absent where they trust it already. */
  caCertificatePem?: pulumi.Input<string>;
  /** Certificate and key that HAProxys show load balancers, secret. */
  internalPem: pulumi.Output<string>;
}

/**
 * Makes the certificates that clients see, one in each region's ACM for the same names. ACM asks for the same proof of a name whichever region asks, so that there is one,
 * which stays while regions come and go; a CA of the registry's own is the same everywhere, too.
 */
export function makeGlobalCertificates(
  name: string,
  topology: GlobalTopology,
  home: AwsTopology,
  inputs: GlobalCertificateInputs,
  child: pulumi.CustomResourceOptions,
): GlobalCertificates {
  const ca = ownAuthority(`${name}-ca`, home, child);
  const serverName = nodeServerName(topology.name);
  const subject = { commonName: serverName, dnsNames: [serverName], ipAddresses: [] };
  const internal = issueCertificate(`${name}-internal`, subject, ca, home.certificates, child);
  return { ...obtain(name, topology, home, ca, inputs, child), internalPem: pemOf(internal.certificatePem, internal.privateKeyPem) };
}

function obtain(
  name: string,
  { regions, certificateSource }: GlobalTopology,
  home: AwsTopology,
  ca: KeyPair,
  { zoneId, certificatePem, privateKeyPem, caCertificatePem }: GlobalCertificateInputs,
  child: pulumi.CustomResourceOptions,
): Omit<GlobalCertificates, "internalPem"> {
  const inEach = (arnOf: (regional: string, topology: AwsTopology) => pulumi.Output<string>): Map<string, pulumi.Output<string>> =>
    new Map(regions.map(({ region, topology }) => [region, arnOf(`${name}-${region}`, topology)]));
  const importInEach = (pem: pulumi.Input<string>, key: pulumi.Input<string>): Map<string, pulumi.Output<string>> =>
    inEach((regional, topology) => importCertificate(regional, topology, pem, key, child));

  if (certificatePem !== undefined && privateKeyPem !== undefined)
    return { arns: importInEach(certificatePem, privateKeyPem), caCertificatePem };
  if (certificateSource === AwsCertificateSource.Existing)
    return { arns: inEach((_, topology) => pulumi.output(topology.existingCertificateArn ?? "")), caCertificatePem };
  if (zoneId !== undefined && certificateSource === AwsCertificateSource.Acm) {
    const asked = new Map(regions.map(({ region, topology }) => [region, askForCertificate(`${name}-${region}`, topology, child)]));
    const first = asked.get(home.region);
    const proofs = first === undefined ? [] : proveNames(`${name}-proof`, home, first, zoneId, child);
    return {
      arns: new Map(
        regions.flatMap(({ region, topology }) => {
          const certificate = asked.get(region);
          return certificate === undefined ? [] : [[region, validated(`${name}-${region}`, topology, certificate, proofs, child)]];
        }),
      ),
      caCertificatePem,
    };
  }
  const { hostname, dnsNames, ipAddresses, certificates } = home;
  const own = issueCertificate(`${name}-server`, { commonName: hostname, dnsNames, ipAddresses }, ca, certificates, child);
  return { arns: importInEach(own.certificatePem, own.privateKeyPem), caCertificatePem: ca.certificatePem };
}
