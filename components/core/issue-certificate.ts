import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import type { CertificatesTopology, CommonTopology } from "./topology-common";

/** A CA that can sign. */
export interface Issuer {
  /** Its certificate. */
  certificatePem: pulumi.Input<string>;
  /** Its private key, a secret. */
  privateKeyPem: pulumi.Input<string>;
}

/** A certificate and its key. */
export interface KeyPair {
  /** The certificate, as PEM. */
  certificatePem: pulumi.Output<string>;
  /** Its private key, as PEM, a secret. */
  privateKeyPem: pulumi.Output<string>;
}

/** A CA of the registry's own. It is made once, and kept in the state. */
export function ownAuthority(name: string, { name: registry, certificates }: CommonTopology, opts: pulumi.CustomResourceOptions): KeyPair {
  const key = new tls.PrivateKey(name, { algorithm: "ECDSA", ecdsaCurve: "P256" }, opts);
  const certificate = new tls.SelfSignedCert(
    name,
    {
      privateKeyPem: key.privateKeyPem,
      subject: { commonName: `${registry} CA`.slice(0, 64), organization: "ha-registry" },
      isCaCertificate: true,
      validityPeriodHours: certificates.caValidityHours,
      allowedUses: ["cert_signing", "crl_signing"],
    },
    opts,
  );
  return { certificatePem: certificate.certPem, privateKeyPem: key.privateKeyPem };
}

/** What a certificate is for. */
export interface Subject {
  /** Its first name. */
  commonName: string;
  /** All DNS names. */
  dnsNames: string[];
  /** All IP addresses. */
  ipAddresses: string[];
  /** Whether a client shows it, and not a server. @default false */
  isClient?: boolean;
}

/**
 * A key and a certificate signed by `issuer`. ECDSA P-256: a handshake costs a fraction of RSA's. The certificate is renewed by
 * the first `up` within `earlyRenewalHours` of its end.
 */
export function issueCertificate(
  name: string,
  subject: Subject,
  issuer: Issuer,
  validity: CertificatesTopology,
  opts: pulumi.CustomResourceOptions,
): KeyPair {
  const key = new tls.PrivateKey(name, { algorithm: "ECDSA", ecdsaCurve: "P256" }, opts);
  const request = new tls.CertRequest(
    name,
    {
      privateKeyPem: key.privateKeyPem,
      subject: { commonName: subject.commonName.slice(0, 64) }, // the length that X.509 allows (RFC 5280, ub-common-name)
      dnsNames: subject.dnsNames,
      ipAddresses: subject.ipAddresses,
    },
    opts,
  );
  const certificate = new tls.LocallySignedCert(
    name,
    {
      certRequestPem: request.certRequestPem,
      caCertPem: issuer.certificatePem,
      caPrivateKeyPem: issuer.privateKeyPem,
      validityPeriodHours: validity.validityHours,
      earlyRenewalHours: validity.earlyRenewalHours,
      allowedUses: ["digital_signature", "key_encipherment", subject.isClient === true ? "client_auth" : "server_auth"],
    },
    opts,
  );
  return { certificatePem: certificate.certPem, privateKeyPem: key.privateKeyPem };
}

/** Certificate and key in one file, as HAProxy reads them. */
export function pemOf(certificatePem: pulumi.Input<string>, privateKeyPem: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi.secret(pulumi.interpolate`${certificatePem}\n${privateKeyPem}\n`.apply((pem) => pem.replace(/\n+/g, "\n")));
}
