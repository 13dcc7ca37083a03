import { createHash } from "node:crypto";
import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource";
import { Secret } from "@pulumi/kubernetes/core/v1/secret";
import * as pulumi from "@pulumi/pulumi";
import { issueCertificate, ownAuthority } from "ha-registry-core/pulumi";
import type { CertManagerTopology, KubernetesTopology } from "ha-registry-core";
import { base64, metadataOf } from "./objects";

/** Arguments of `Certificates`. */
export interface CertificatesArgs {
  /** The resolved registry. */
  topology: KubernetesTopology;
  /** Namespace of the registry. */
  namespaceName: pulumi.Input<string>;
  /** Server certificate of your own, with intermediates, as PEM. Needs `privateKeyPem`. @default - one signed by an own CA */
  certificatePem?: pulumi.Input<string>;
  /** Private key for it, a secret. @default - generated */
  privateKeyPem?: pulumi.Input<string>;
  /** CA that clients have to trust for it, or for that of cert-manager or an existing secret. @default - none: clients are taken to trust it already */
  caCertificatePem?: pulumi.Input<string>;
}

const part = "certificate";

/**
 * The certificate that clients see, and the CA by which nodes, balancers and Redis know each other. Keys live in the state, as secrets, so that no run makes new
 * ones; those of cert-manager and of an existing secret never get there.
 */
export class Certificates extends pulumi.ComponentResource {
  /** CA that clients have to trust; empty where it is not told. */
  readonly caCertificatePem: pulumi.Output<string>;
  /** Name of the Secret with the certificate that clients see; empty where a Gateway has it. */
  readonly secretName: pulumi.Output<string>;
  /** Changes with the certificate; empty where others renew it. */
  readonly digest: pulumi.Output<string>;
  /** Certificate of the own CA. */
  readonly internalCaCertificatePem: pulumi.Output<string>;
  /** Private key of the own CA. */
  readonly internalCaPrivateKeyPem: pulumi.Output<string>;

  constructor(name: string, args: CertificatesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-registry-kubernetes:index:Certificates", name, {}, opts);
    const { topology, namespaceName } = args;
    const { certManager, secretName } = topology.certificateSource;
    const child = { parent: this };

    const ca = ownAuthority(`${name}-ca`, topology, child);
    this.internalCaCertificatePem = ca.certificatePem;
    this.internalCaPrivateKeyPem = ca.privateKeyPem;
    this.caCertificatePem = isOwn(args) ? ca.certificatePem : pulumi.output(args.caCertificatePem ?? "");
    this.digest = pulumi.output("");
    this.secretName = pulumi.output(showsCertificate(topology) ? secretName : "");

    if (certManager !== undefined) requestCertificate(name, topology, certManager, namespaceName, child);
    else if (showsCertificate(topology) && !isRenewedByOthers(topology)) {
      const pair = isOwn(args)
        ? issueCertificate(`${name}-server`, subjectOf(topology), ca, topology.certificates, child)
        : givenPair(args);
      new Secret(
        `${name}-server`,
        {
          metadata: metadataOf(topology, part, secretName, namespaceName),
          type: "kubernetes.io/tls",
          data: { "tls.crt": pulumi.output(pair.certificatePem).apply(base64), "tls.key": pulumi.secret(pair.privateKeyPem).apply(base64) },
        },
        child,
      );
      this.digest = pulumi.output(pair.certificatePem).apply((pem) => createHash("sha256").update(pem).digest("hex"));
    }
    this.registerOutputs({ caCertificatePem: this.caCertificatePem, secretName: this.secretName });
  }
}

/** Whether the registry shows clients a certificate; else it is a Gateway that does. */
function showsCertificate({ loadBalancer }: KubernetesTopology): boolean {
  return loadBalancer.endsTls || loadBalancer.ingress !== undefined;
}

/** Whether the certificate comes from outside of Pulumi. */
export function isRenewedByOthers({ certificateSource }: KubernetesTopology): boolean {
  return certificateSource.existing || certificateSource.certManager !== undefined;
}

function isOwn({ topology, certificatePem }: CertificatesArgs): boolean {
  return certificatePem === undefined && showsCertificate(topology) && !isRenewedByOthers(topology);
}

function givenPair({ certificatePem = "", privateKeyPem = "" }: CertificatesArgs) {
  return { certificatePem, privateKeyPem };
}

function subjectOf({ hostname, dnsNames, ipAddresses }: KubernetesTopology) {
  return { commonName: hostname, dnsNames, ipAddresses };
}

/** A certificate that cert-manager issues and renews; the API server refuses it where cert-manager is not installed. */
function requestCertificate(
  name: string,
  topology: KubernetesTopology,
  { issuer, kind, group }: CertManagerTopology,
  namespaceName: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): void {
  const { dnsNames, ipAddresses, certificates, certificateSource } = topology;
  new CustomResource(
    `${name}-server`,
    {
      apiVersion: "cert-manager.io/v1",
      kind: "Certificate",
      metadata: metadataOf(topology, part, certificateSource.secretName, namespaceName),
      spec: {
        secretName: certificateSource.secretName,
        dnsNames,
        ...(ipAddresses.length === 0 ? {} : { ipAddresses }),
        duration: `${certificates.validityHours}h0m0s`,
        renewBefore: `${certificates.earlyRenewalHours}h0m0s`,
        privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
        usages: ["digital signature", "key encipherment", "server auth"],
        issuerRef: { name: issuer, kind, group },
      },
    },
    opts,
  );
}
