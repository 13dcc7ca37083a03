import { X509Certificate, createPrivateKey } from "node:crypto";
import type * as pulumi from "@pulumi/pulumi";
import type { Problems } from "./errors";
import { AccessMode } from "./shape";
import type { CommonTopology, PartsOfTopology } from "./topology-common";
import { known } from "./known";

/** Certificates and public keys, as PEM. */
export interface TrustArgs {
  /** Server certificate of your own, with intermediates. Needs `secrets.privateKeyPem`. @default - one signed by an own CA */
  certificatePem?: pulumi.Input<string>;
  /** CA that clients have to trust for it, or for one that comes from elsewhere. @default - none: clients are taken to trust it already */
  caCertificatePem?: pulumi.Input<string>;
  /** CA of client certificates. @default - clients are asked for none */
  clientCaPem?: pulumi.Input<string>;
  /** CA of an external Redis. @default - the system's */
  redisCaPem?: pulumi.Input<string>;
  /** CA of the S3 endpoint. @default - the system's */
  s3CaPem?: pulumi.Input<string>;
  /** Certificates of the authorization server. One of these two is needed with `AccessMode.Token`. @default - none */
  tokenCertificatesPem?: pulumi.Input<string>;
  /** Keys of the authorization server, as a JWKS. @default - none */
  tokenJwks?: pulumi.Input<string>;
  /** CA of the endpoints that backups go to. @default - the system's */
  backupCaPem?: pulumi.Input<string>;
}

/** Secrets. They are kept as secrets in the state, and reach processes only as files. */
export interface SecretsArgs {
  /** Passwords by user. @default - generated: 32 letters and digits */
  passwords?: Record<string, pulumi.Input<string>>;
  /** Private key of `trust.certificatePem`. @default - generated */
  privateKeyPem?: pulumi.Input<string>;
  /** Access key of the S3 endpoint. @default - the AWS SDK's default chain */
  s3AccessKey?: pulumi.Input<string>;
  /** Secret key of the S3 endpoint. @default - the AWS SDK's default chain */
  s3SecretKey?: pulumi.Input<string>;
  /** Password of an external Redis. @default - none */
  redisPassword?: pulumi.Input<string>;
  /** Password of the sentinels of an external Redis. @default - none */
  redisSentinelPassword?: pulumi.Input<string>;
  /** User at the upstream of a pull-through cache. @default - anonymous */
  proxyUsername?: pulumi.Input<string>;
  /** Password at the upstream of a pull-through cache. @default - anonymous */
  proxyPassword?: pulumi.Input<string>;
  /** Headers of event posts, by receiver, then by header. @default - none */
  notificationHeaders?: pulumi.Input<Record<string, Record<string, string[]>>>;
  /** Access keys of the buckets that backups go to, by target. @default - the AWS SDK's default chain */
  backupAccessKeys?: Record<string, pulumi.Input<string>>;
  /** Secret keys of the buckets that backups go to, by target. @default - the AWS SDK's default chain */
  backupSecretKeys?: Record<string, pulumi.Input<string>>;
}

/** Notes what does not go together, and what is wrong with every value that is plain already. */
export function checkCommonArguments(
  topology: CommonTopology & PartsOfTopology,
  trust: TrustArgs,
  secrets: SecretsArgs,
  problems: Problems,
): void {
  checkServerCertificate(trust, secrets, problems);
  checkCertificate("trust.clientCaPem", trust.clientCaPem, problems);
  checkCertificate("trust.redisCaPem", trust.redisCaPem, problems);
  checkCertificate("trust.s3CaPem", trust.s3CaPem, problems);
  checkCertificate("trust.tokenCertificatesPem", trust.tokenCertificatesPem, problems);
  checkJwks("trust.tokenJwks", trust.tokenJwks, problems);
  checkCertificate("trust.backupCaPem", trust.backupCaPem, problems);
  checkPasswords(topology, secrets, problems);
  checkBackupKeys(topology, secrets, problems);
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

function checkServerCertificate(trust: TrustArgs, secrets: SecretsArgs, problems: Problems): void {
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

function checkPasswords(topology: CommonTopology, secrets: SecretsArgs, problems: Problems): void {
  for (const [user, password] of Object.entries(secrets.passwords ?? {})) {
    const path = `secrets.passwords.${user}`;
    problems.require(topology.access.users.includes(user), path, `there is no user "${user}" in access.users`);
    const text = known(password);
    if (text === undefined) continue;
    problems.require(text.length >= 12, path, "is shorter than 12 characters");
    problems.require(Buffer.byteLength(text) <= 72, path, "is longer than 72 bytes, and bcrypt ignores the rest");
  }
}

function checkBackupKeys(
  { backup }: PartsOfTopology,
  { backupAccessKeys = {}, backupSecretKeys = {} }: SecretsArgs,
  problems: Problems,
): void {
  const buckets = (backup?.targets ?? []).filter(({ s3 }) => s3 !== undefined).map(({ name }) => name);
  for (const [field, keys, others] of [
    ["backupAccessKeys", backupAccessKeys, backupSecretKeys],
    ["backupSecretKeys", backupSecretKeys, backupAccessKeys],
  ] as const)
    for (const target of Object.keys(keys)) {
      const path = `secrets.${field}.${target}`;
      problems.require(buckets.includes(target), path, `there is no bucket "${target}" in backup.targets`);
      problems.require(
        target in others,
        path,
        "an access key and a secret key go together: give both, or none for the SDK's default chain",
      );
    }
}
