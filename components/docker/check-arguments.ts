import { X509Certificate, createPrivateKey } from "node:crypto";
import type * as pulumi from "@pulumi/pulumi";
import { AccessMode, deadMansSwitchName, Problems } from "ha-registry-core";
import type { Topology } from "ha-registry-core";
import { known } from "ha-registry-core/pulumi";
import type { SecretsArgs, TrustArgs } from "./registry";

/**
 * Checks what goes together, and every value that is plain already.
 *
 * @throws {RegistryError} with every problem found.
 */
export function checkArguments(topology: Topology, trust: TrustArgs, secrets: SecretsArgs): void {
  const problems = new Problems();
  checkServerCertificate(trust, secrets, problems);
  checkCertificate("trust.clientCaPem", trust.clientCaPem, problems);
  checkCertificate("trust.redisCaPem", trust.redisCaPem, problems);
  checkCertificate("trust.s3CaPem", trust.s3CaPem, problems);
  checkCertificate("trust.backupCaPem", trust.backupCaPem, problems);
  checkCertificate("trust.auditCaPem", trust.auditCaPem, problems);
  checkCertificate("trust.tokenCertificatesPem", trust.tokenCertificatesPem, problems);
  checkJwks("trust.tokenJwks", trust.tokenJwks, problems);
  checkPasswords(topology, secrets, problems);
  checkForwarding(topology, secrets, problems);
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
  checkBackupKeys(topology, secrets, problems);
  checkProbe(topology, trust, secrets, problems);
  checkReceivers(topology, secrets, problems);
  problems.throwIfAny(topology.name);
}

function checkBackupKeys({ backup }: Topology, { backupAccessKeys = {}, backupSecretKeys = {} }: SecretsArgs, problems: Problems): void {
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

/** The synthetic probe has to get in. */
function checkProbe({ monitoring, access, loadBalancer }: Topology, trust: TrustArgs, secrets: SecretsArgs, problems: Problems): void {
  const probe = monitoring?.probe;
  const needsPassword = probe !== undefined && access.mode === AccessMode.Token;
  problems.require(
    (secrets.probePassword !== undefined) === needsPassword,
    "secrets.probePassword",
    needsPassword
      ? `is missing: the synthetic probe logs in as ${probe.username} at the authorization server`
      : 'is for access.mode "token" with monitoring.probe.enabled: leave it out',
  );
  problems.require(
    probe === undefined || trust.clientCaPem === undefined || !loadBalancer.clientCertificateRequired,
    "monitoring.probe",
    "has no client certificate: set monitoring.probe.enabled to false, or loadBalancer.clientCertificates.required",
  );
}

/** Each receiver of alerts has the secret that it needs, and nobody else has one. */
function checkReceivers({ monitoring }: Topology, { receivers = {} }: SecretsArgs, problems: Problems): void {
  const { alerting } = monitoring ?? {};
  const needed = [
    ...(alerting?.receivers ?? []).filter(({ hasSecret }) => hasSecret).map(({ name }) => name),
    ...(alerting?.deadMansSwitch === undefined ? [] : [deadMansSwitchName]),
  ];
  for (const name of needed) {
    problems.require(
      name in receivers,
      `secrets.receivers.${name}`,
      "is missing: the URL that alerts are posted to, or the password at the mail server",
    );
  }
  for (const name of Object.keys(receivers)) {
    problems.require(needed.includes(name), `secrets.receivers.${name}`, "nobody of that name in monitoring needs one: leave it out");
  }
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

function checkCertificate(path: string, value: pulumi.Input<string> | undefined, problems: Problems): X509Certificate | undefined {
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

function checkPasswords(topology: Topology, secrets: SecretsArgs, problems: Problems): void {
  for (const [user, password] of Object.entries(secrets.passwords ?? {})) {
    const path = `secrets.passwords.${user}`;
    problems.require(topology.access.users.includes(user), path, `there is no user "${user}" in access.users`);
    const text = known(password);
    if (text === undefined) continue;
    problems.require(text.length >= 12, path, "is shorter than 12 characters");
    problems.require(Buffer.byteLength(text) <= 72, path, "is longer than 72 bytes, and bcrypt ignores the rest");
  }
}

/** What ends in one line of syslog-ng's configuration. */
function checkForwarding({ audit }: Topology, secrets: SecretsArgs, problems: Problems): void {
  const targets = [
    ["auditElasticsearchPassword", "elasticsearch", audit?.forward.elasticsearch?.username],
    ["auditLokiPassword", "loki", audit?.forward.loki?.username],
  ] as const;
  for (const [field, target, username] of targets) {
    const path = `secrets.${field}`;
    const given = secrets[field] !== undefined;
    problems.require(
      given === (username !== undefined),
      path,
      `audit.forward.${target}.username and ${path} go together: give both, or none for a target without a login`,
    );
    problems.require(!/\p{Cc}/u.test(known(secrets[field]) ?? ""), path, "is not one line of text");
  }
}
