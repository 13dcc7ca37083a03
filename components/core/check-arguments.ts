import { X509Certificate, createPrivateKey } from "node:crypto";
import type * as pulumi from "@pulumi/pulumi";
import type { Problems } from "./errors";
import { AccessMode } from "./shape";
import type { CommonTopology } from "./topology-common";
import { known } from "./known";

/** Certificates and public keys that a registry on every substrate may be given. */
export interface TrustInputs {
  /** Server certificate. */
  certificatePem?: pulumi.Input<string>;
  /** CA that clients have to trust for it. */
  caCertificatePem?: pulumi.Input<string>;
  /** CA of client certificates. */
  clientCaPem?: pulumi.Input<string>;
  /** CA of an external Redis. */
  redisCaPem?: pulumi.Input<string>;
  /** CA of the S3 endpoint. */
  s3CaPem?: pulumi.Input<string>;
  /** Certificates of the authorization server. */
  tokenCertificatesPem?: pulumi.Input<string>;
  /** Keys of the authorization server, as a JWKS. */
  tokenJwks?: pulumi.Input<string>;
}

/** Secrets that a registry on every substrate may be given. */
export interface SecretInputs {
  /** Passwords by user. */
  passwords?: Record<string, pulumi.Input<string>>;
  /** Private key of the server certificate. */
  privateKeyPem?: pulumi.Input<string>;
  /** Access key of the S3 endpoint. */
  s3AccessKey?: pulumi.Input<string>;
  /** Secret key of the S3 endpoint. */
  s3SecretKey?: pulumi.Input<string>;
}

/** Notes what does not go together, and what is wrong with every value that is plain already. */
export function checkCommonArguments(topology: CommonTopology, trust: TrustInputs, secrets: SecretInputs, problems: Problems): void {
  checkServerCertificate(trust, secrets, problems);
  checkCertificate("trust.clientCaPem", trust.clientCaPem, problems);
  checkCertificate("trust.redisCaPem", trust.redisCaPem, problems);
  checkCertificate("trust.s3CaPem", trust.s3CaPem, problems);
  checkCertificate("trust.tokenCertificatesPem", trust.tokenCertificatesPem, problems);
  checkJwks("trust.tokenJwks", trust.tokenJwks, problems);
  checkPasswords(topology, secrets, problems);
  problems.require(
    topology.access.mode !== AccessMode.Token || trust.tokenCertificatesPem !== undefined || trust.tokenJwks !== undefined,
    "trust",
    'access.mode "token" needs tokenCertificatesPem or tokenJwks to check tokens with',
  );
  problems.require(
    (secrets.s3AccessKey === undefined) === (secrets.s3SecretKey === undefined),
    "secrets.s3SecretKey",
    "s3AccessKey and s3SecretKey go together: give both, or none for the SDK's default chain",
  );
}

function checkServerCertificate(trust: TrustInputs, secrets: SecretInputs, problems: Problems): void {
  problems.require(
    (trust.certificatePem === undefined) === (secrets.privateKeyPem === undefined),
    "trust.certificatePem",
    "trust.certificatePem and secrets.privateKeyPem go together: give both, or none for a certificate from an own CA",
  );
  const certificate = checkCertificate("trust.certificatePem", trust.certificatePem, problems);
  checkCertificate("trust.caCertificatePem", trust.caCertificatePem, problems);
  const pem = known(secrets.privateKeyPem);
  if (pem === undefined) return;
  try {
    const matches = certificate === undefined || certificate.checkPrivateKey(createPrivateKey(pem));
    problems.require(matches, "secrets.privateKeyPem", "is not the key of trust.certificatePem");
  } catch {
    problems.add("secrets.privateKeyPem", "is not a readable private key: give an unencrypted PEM");
  }
}

/** Notes what is wrong with a certificate that is plain already, and returns it. */
export function checkCertificate(path: string, value: pulumi.Input<string> | undefined, problems: Problems): X509Certificate | undefined {
  const pem = known(value);
  if (pem === undefined) return undefined;
  try {
    const certificate = new X509Certificate(pem);
    const ends = new Date(certificate.validTo);
    problems.require(ends.getTime() > Date.now(), path, `ended on ${ends.toISOString().slice(0, 10)}: renew it`);
    return certificate;
  } catch {
    problems.add(path, "is not a readable certificate: give PEM text that starts with -----BEGIN CERTIFICATE-----");
    return undefined;
  }
}

function checkJwks(path: string, value: pulumi.Input<string> | undefined, problems: Problems): void {
  const text = known(value);
  if (text === undefined) return;
  try {
    const parsed: unknown = JSON.parse(text);
    const hasKeys =
      typeof parsed === "object" && parsed !== null && "keys" in parsed && Array.isArray(parsed.keys) && parsed.keys.length > 0;
    problems.require(hasKeys, path, 'has no keys: give a JWKS, {"keys": [...]}, with at least one (RFC 7517)');
  } catch {
    problems.add(path, 'is not JSON: give a JWKS, {"keys": [...]} (RFC 7517)');
  }
}

function checkPasswords(topology: CommonTopology, secrets: SecretInputs, problems: Problems): void {
  for (const [user, password] of Object.entries(secrets.passwords ?? {})) {
    const path = `secrets.passwords.${user}`;
    problems.require(topology.access.users.includes(user), path, `there is no user "${user}" in access.users`);
    const text = known(password);
    if (text === undefined) continue;
    problems.require(text.length >= 12, path, "is shorter than 12 characters");
    problems.require(Buffer.byteLength(text) <= 72, path, "is longer than 72 bytes, and bcrypt ignores the rest");
  }
}
