import { Certificate } from "@pulumi/aws/acm/certificate";
import { CertificateValidation } from "@pulumi/aws/acm/certificateValidation";
import { Record as DnsRecord } from "@pulumi/aws/route53/record";
import * as pulumi from "@pulumi/pulumi";
import { AwsCertificateSource, nodeServerName } from "ha-registry-core";
import type { AwsTopology } from "ha-registry-core";
import { issueCertificate, ownAuthority, pemOf } from "ha-registry-core/pulumi";
import type { KeyPair } from "ha-registry-core/pulumi";
import { regional } from "./resources";

/** Arguments of `Certificates`. */
export interface CertificatesArgs {
  /** The resolved registry. */
  topology: AwsTopology;
  /** Hosted zone in which ACM looks for a proof of the names. @default - none: the certificate is imported, or there already */
  zoneId?: pulumi.Input<string>;
  /** Server certificate of your own, with intermediates, as PEM. Needs `privateKeyPem`. @default - ACM's with a zone, else one signed by an own CA */
  certificatePem?: pulumi.Input<string>;
  /** Private key for it, a secret. @default - generated */
  privateKeyPem?: pulumi.Input<string>;
  /** CA that clients have to trust for it. @default - none: clients are taken to trust it already */
  caCertificatePem?: pulumi.Input<string>;
}

/**
 * The certificate that clients see, in ACM, and that by which the load balancer speaks with HAProxy inside. ACM renews its own by itself; one of an own CA is renewed by
 * `up`.
 */
export class Certificates extends pulumi.ComponentResource {
  /** ARN of the certificate that clients see, which is valid when this is known. */
  readonly certificateArn: pulumi.Output<string>;
  /** CA that clients have to trust; empty where they trust it already. */
  readonly caCertificatePem: pulumi.Output<string>;
  /** Certificate and key that HAProxys show the load balancer, secret. */
  readonly internalPem: pulumi.Output<string>;

  constructor(name: string, args: CertificatesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-registry-aws:index:Certificates", name, {}, opts);
    const { topology, ...given } = args;
    const places = [{ name: `${name}-server`, topology }];
    const made = makeCertificates(name, { places, proofName: `${name}-server` }, given, { parent: this });
    this.certificateArn = made.arns[0] ?? pulumi.output("");
    this.caCertificatePem = pulumi.output(made.caCertificatePem ?? "");
    this.internalPem = made.internalPem;
    this.registerOutputs({ certificateArn: this.certificateArn, caCertificatePem: this.caCertificatePem });
  }
}

/** What certificates are made of, beside what the topology says. */
export type GivenCertificate = Omit<CertificatesArgs, "topology">;

/** Where certificates are to be: all are for the same names, and from the same source. */
export interface CertificatePlaces {
  /** Each place: what the names of its resources begin with, and what is there. The first one asks ACM how names are proven. */
  places: readonly { name: string; topology: AwsTopology }[];
  /** What the names of the proofs begin with. */
  proofName: string;
}

/** Certificates that were made. */
export interface MadeCertificates {
  /** ARNs of those that clients see, in the order of their places; each is valid when it is known. */
  arns: pulumi.Output<string>[];
  /** CA that clients have to trust; absent where they trust it already. */
  caCertificatePem?: pulumi.Input<string>;
  /** Certificate and key that HAProxys show load balancers, secret. */
  internalPem: pulumi.Output<string>;
}

/** Makes the certificates that clients see, one in each place, and the one that HAProxys show load balancers. */
export function makeCertificates(
  name: string,
  where: CertificatePlaces,
  given: GivenCertificate,
  child: pulumi.CustomResourceOptions,
): MadeCertificates {
  const [first] = where.places;
  if (first === undefined) throw new Error("there is no place for a certificate");
  const { topology } = first;
  const ca = ownAuthority(`${name}-ca`, topology, child);
  const serverName = nodeServerName(topology.name);
  const subject = { commonName: serverName, dnsNames: [serverName], ipAddresses: [] };
  const internal = issueCertificate(`${name}-internal`, subject, ca, topology.certificates, child);
  return { ...obtain(name, topology, ca, where, given, child), internalPem: pemOf(internal.certificatePem, internal.privateKeyPem) };
}

function obtain(
  name: string,
  first: AwsTopology,
  ca: KeyPair,
  { places, proofName }: CertificatePlaces,
  { zoneId, certificatePem, privateKeyPem, caCertificatePem }: GivenCertificate,
  child: pulumi.CustomResourceOptions,
): Omit<MadeCertificates, "internalPem"> {
  const importEverywhere = (pem: pulumi.Input<string>, key: pulumi.Input<string>): pulumi.Output<string>[] =>
    places.map((place) => importCertificate(place.name, place.topology, pem, key, child));

  if (certificatePem !== undefined && privateKeyPem !== undefined)
    return { arns: importEverywhere(certificatePem, privateKeyPem), caCertificatePem };
  if (first.certificateSource === AwsCertificateSource.Existing)
    return { arns: places.map(({ topology }) => pulumi.output(topology.existingCertificateArn ?? "")), caCertificatePem };
  if (zoneId !== undefined && first.certificateSource === AwsCertificateSource.Acm)
    return { arns: requestCertificates(places, first, proofName, zoneId, child), caCertificatePem };
  const { hostname, dnsNames, ipAddresses, certificates } = first;
  const own = issueCertificate(`${name}-server`, { commonName: hostname, dnsNames, ipAddresses }, ca, certificates, child);
  return { arns: importEverywhere(own.certificatePem, own.privateKeyPem), caCertificatePem: ca.certificatePem };
}

/** ACM keeps the ARN when a certificate is imported anew, so that a renewal touches nothing else. */
function importCertificate(
  name: string,
  topology: AwsTopology,
  pem: pulumi.Input<string>,
  privateKey: pulumi.Input<string>,
  child: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const certificates = pulumi.output(pem).apply(splitChain);
  return new Certificate(
    name,
    {
      ...regional(topology, "certificate"),
      certificateBody: certificates.apply(({ first }) => first),
      certificateChain: certificates.apply(({ rest }) => rest),
      privateKey: pulumi.secret(privateKey),
    },
    child,
  ).arn;
}

/** ACM wants a certificate and its intermediates apart. */
function splitChain(pem: string): { first: string; rest: string | undefined } {
  const [first = "", ...rest] = pem.match(/-----BEGIN CERTIFICATE-----[^]+?-----END CERTIFICATE-----\n?/g) ?? [];
  return { first, rest: rest.length === 0 ? undefined : rest.join("") };
}

/** Asks ACM for a certificate in every place, and proves the names once: the proofs are the same for all. */
function requestCertificates(
  places: CertificatePlaces["places"],
  first: AwsTopology,
  proofName: string,
  zoneId: pulumi.Input<string>,
  child: pulumi.CustomResourceOptions,
): pulumi.Output<string>[] {
  const asked = places.map((place) => ({ ...place, certificate: askForCertificate(place.name, place.topology, child) }));
  const proofs = asked.slice(0, 1).flatMap(({ certificate }) => proveNames(proofName, first, certificate, zoneId, child));
  return asked.map(({ name, topology, certificate }) => validated(name, topology, certificate, proofs, child));
}

/** Asks ACM for a certificate; it is good once its names are proven. */
function askForCertificate(name: string, topology: AwsTopology, child: pulumi.CustomResourceOptions): Certificate {
  const { hostname, dnsNames } = topology;
  return new Certificate(
    name,
    {
      ...regional(topology, "certificate"),
      domainName: hostname,
      subjectAlternativeNames: dnsNames.filter((other) => other !== hostname),
      validationMethod: "DNS",
      keyAlgorithm: "EC_prime256v1",
    },
    child,
  );
}

/** Proves the names of a certificate to ACM; returns those of the proofs. They are the same for every certificate of an account, in whatever region. */
function proveNames(
  name: string,
  { dnsNames }: AwsTopology,
  certificate: Certificate,
  zoneId: pulumi.Input<string>,
  child: pulumi.CustomResourceOptions,
): pulumi.Output<string>[] {
  // A wildcard and the name below which it stands are proven by the same record.
  const proven = [...new Set(dnsNames.map((dnsName) => dnsName.replace(/^\*\./, "")))];
  return proven.map((dnsName) => {
    const proof = certificate.domainValidationOptions.apply((options) => {
      const found = options.find(({ domainName }) => domainName.replace(/^\*\./, "") === dnsName);
      if (found === undefined) throw new Error(`ACM asks for no proof of ${dnsName}`);
      return found;
    });
    return new DnsRecord(
      `${name}-${dnsName}`,
      {
        zoneId,
        name: proof.resourceRecordName,
        type: proof.resourceRecordType,
        records: [proof.resourceRecordValue],
        ttl: 300,
        allowOverwrite: true, // another registry of the account may have proven the name before
      },
      child,
    ).fqdn;
  });
}

/** ARN of a certificate, known when ACM has issued it. */
function validated(
  name: string,
  { region }: AwsTopology,
  certificate: Certificate,
  proofs: pulumi.Output<string>[],
  child: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  return new CertificateValidation(name, { region, certificateArn: certificate.arn, validationRecordFqdns: proofs }, child).certificateArn;
}
