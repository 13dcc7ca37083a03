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
    const { topology } = args;
    const child = { parent: this };
    const ca = ownAuthority(`${name}-ca`, topology, child);
    const internal = issueCertificate(
      `${name}-internal`,
      { commonName: nodeServerName(topology.name), dnsNames: [nodeServerName(topology.name)], ipAddresses: [] },
      ca,
      topology.certificates,
      child,
    );
    this.internalPem = pemOf(internal.certificatePem, internal.privateKeyPem);
    const shown = this.obtain(name, args, ca);
    this.certificateArn = shown.arn;
    this.caCertificatePem = shown.caCertificatePem;
    this.registerOutputs({ certificateArn: this.certificateArn, caCertificatePem: this.caCertificatePem });
  }

  private obtain(
    name: string,
    args: CertificatesArgs,
    ca: KeyPair,
  ): { arn: pulumi.Output<string>; caCertificatePem: pulumi.Output<string> } {
    const { topology, zoneId, certificatePem, privateKeyPem } = args;
    const given = pulumi.output(args.caCertificatePem ?? "");
    if (certificatePem !== undefined && privateKeyPem !== undefined)
      return {
        arn: importCertificate(`${name}-server`, topology, certificatePem, privateKeyPem, { parent: this }),
        caCertificatePem: given,
      };
    if (topology.certificateSource === AwsCertificateSource.Existing)
      return { arn: pulumi.output(topology.existingCertificateArn ?? ""), caCertificatePem: given };
    if (zoneId !== undefined && topology.certificateSource === AwsCertificateSource.Acm)
      return { arn: requestCertificate(`${name}-server`, topology, zoneId, this), caCertificatePem: given };
    const { hostname, dnsNames, ipAddresses, certificates } = topology;
    const own = issueCertificate(`${name}-server`, { commonName: hostname, dnsNames, ipAddresses }, ca, certificates, { parent: this });
    return {
      arn: importCertificate(`${name}-server`, topology, own.certificatePem, own.privateKeyPem, { parent: this }),
      caCertificatePem: ca.certificatePem,
    };
  }
}

/** ACM keeps the ARN when a certificate is imported anew, so that a renewal touches nothing else. */
export function importCertificate(
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

function requestCertificate(
  name: string,
  topology: AwsTopology,
  zoneId: pulumi.Input<string>,
  parent: pulumi.Resource,
): pulumi.Output<string> {
  const child = { parent };
  const certificate = askForCertificate(name, topology, child);
  return validated(name, topology, certificate, proveNames(name, topology, certificate, zoneId, child), child);
}

/** Asks ACM for a certificate; it is good once its names are proven. */
export function askForCertificate(name: string, topology: AwsTopology, child: pulumi.CustomResourceOptions): Certificate {
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
export function proveNames(
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
export function validated(
  name: string,
  { region }: AwsTopology,
  certificate: Certificate,
  proofs: pulumi.Output<string>[],
  child: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  return new CertificateValidation(name, { region, certificateArn: certificate.arn, validationRecordFqdns: proofs }, child).certificateArn;
}
