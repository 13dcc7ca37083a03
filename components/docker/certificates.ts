import * as pulumi from "@pulumi/pulumi";
import type { Topology } from "ha-registry-core";
import { issueCertificate, ownAuthority } from "ha-registry-core/pulumi";

/** Arguments of `Certificates`. */
export interface CertificatesArgs {
  /** The resolved registry. */
  topology: Topology;
  /** Server certificate of your own, with intermediates, as PEM. Needs `privateKeyPem`. @default - one signed by an own CA */
  certificatePem?: pulumi.Input<string>;
  /** Private key for it, a secret. @default - generated */
  privateKeyPem?: pulumi.Input<string>;
  /** CA that clients have to trust for it. @default - none: clients are taken to trust it already */
  caCertificatePem?: pulumi.Input<string>;
}

/**
 * The certificate that clients see, and the CA of the private network. Keys live in the state, as secrets, so that no run makes new ones
 * (harbor-helm's certificates change at every render).
 */
export class Certificates extends pulumi.ComponentResource {
  /** CA that clients have to trust; empty where the given certificate's CA is not told. */
  readonly caCertificatePem: pulumi.Output<string>;
  /** Server certificate, with intermediates. */
  readonly certificatePem: pulumi.Output<string>;
  /** Private key of the server certificate. */
  readonly privateKeyPem: pulumi.Output<string>;
  /** Certificate of the own CA, which also signs inside the private network. */
  readonly internalCaCertificatePem: pulumi.Output<string>;
  /** Private key of the own CA. */
  readonly internalCaPrivateKeyPem: pulumi.Output<string>;

  constructor(name: string, args: CertificatesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-registry-docker:index:Certificates", name, {}, opts);
    const { topology } = args;
    const child = { parent: this };

    const ca = ownAuthority(`${name}-ca`, topology, child);
    this.internalCaCertificatePem = ca.certificatePem;
    this.internalCaPrivateKeyPem = ca.privateKeyPem;

    if (args.certificatePem !== undefined && args.privateKeyPem !== undefined) {
      this.certificatePem = pulumi.output(args.certificatePem);
      this.privateKeyPem = pulumi.secret(args.privateKeyPem);
      this.caCertificatePem = pulumi.output(args.caCertificatePem ?? "");
    } else {
      const { hostname, dnsNames, ipAddresses } = topology;
      const server = issueCertificate(`${name}-server`, { commonName: hostname, dnsNames, ipAddresses }, ca, topology.certificates, child);
      this.certificatePem = server.certificatePem;
      this.privateKeyPem = server.privateKeyPem;
      this.caCertificatePem = ca.certificatePem;
    }
    this.registerOutputs({ caCertificatePem: this.caCertificatePem });
  }
}
