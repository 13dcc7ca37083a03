import type { AwsRegistryShape, KubernetesRegistryShape, RegistrySettings, RegistryShape } from "ha-registry-core";

/** What a registry can be put on. */
export enum Substrate {
  /** Machines with Docker Engine. */
  Docker = "docker",
  /** A Kubernetes cluster. */
  Kubernetes = "kubernetes",
  /** A region of AWS. */
  Aws = "aws",
}

/** The interface that describes the keys, by substrate. */
export const rootOf: Record<Substrate, string> = {
  [Substrate.Docker]: "StackConfig",
  [Substrate.Kubernetes]: "KubernetesStackConfig",
  [Substrate.Aws]: "AwsStackConfig",
};

/** An environment on any substrate. */
export type AnyStackConfig = StackConfig | KubernetesStackConfig | AwsStackConfig;

/** Whether an environment is on Kubernetes. */
export function isOnKubernetes<Config extends { substrate?: string }>(
  config: Config,
): config is Extract<Config, { substrate: Substrate.Kubernetes }> {
  return config.substrate === Substrate.Kubernetes;
}

/** Whether an environment is on AWS. */
export function isOnAws<Config extends { substrate?: string }>(config: Config): config is Extract<Config, { substrate: Substrate.Aws }> {
  return config.substrate === Substrate.Aws;
}

/** Whether an environment is on Docker hosts. */
export function isOnDockerHosts<Config extends { substrate?: string }>(
  config: Config,
): config is Exclude<Config, { substrate: Substrate.Aws | Substrate.Kubernetes }> {
  return (config.substrate ?? Substrate.Docker) === Substrate.Docker;
}

/** Where an environment's state is. */
interface BackendConfig {
  /**
   * Where Pulumi keeps the state, as `s3://bucket/path`, `file:///srv/state` or `https://api.pulumi.com`. PULUMI_BACKEND_URL overrides it.
   * Not for the environment `local`, which keeps its state in the home directory.
   * @default - PULUMI_BACKEND_URL
   */
  backend?: string;
}

/** The keys of an environment's file that belong to this project, without their namespace `ha-registry:`. */
export interface StackConfig extends BackendConfig {
  /** What the registry is put on. @default Substrate.Docker */
  substrate?: Substrate.Docker;
  /** The registry. @default - one machine, two nodes, one user */
  registry?: RegistryConfig;
  /** Secrets, encrypted: `npx ha-registry secret <environment> <name>` writes them. @default - generated where they are needed */
  secrets?: SecretsConfig;
}

/** The same keys for a registry on Kubernetes. Which cluster, Pulumi's own keys say: `kubernetes:context`, `kubernetes:kubeconfig`. */
export interface KubernetesStackConfig extends BackendConfig {
  /** What the registry is put on. */
  substrate: Substrate.Kubernetes;
  /** The registry. @default - two nodes, one user */
  registry?: KubernetesRegistryConfig;
  /** Secrets, encrypted: `npx ha-registry secret <environment> <name>` writes them. @default - generated where they are needed */
  secrets?: CommonSecretsConfig;
}

/**
 * The same keys for a registry on AWS. Which account, Pulumi's own keys and those of the AWS SDK say: `aws:profile`, `aws:allowedAccountIds`,
 * AWS_PROFILE.
 */
export interface AwsStackConfig extends BackendConfig {
  /** What the registry is put on. */
  substrate: Substrate.Aws;
  /** The registry. */
  registry: AwsRegistryConfig;
  /** Secrets, encrypted: `npx ha-registry secret <environment> <name>` writes them. @default - generated where they are needed */
  secrets?: CommonSecretsConfig;
}

/** The registry: what exists, how it is set, and whom it trusts. */
export interface RegistryConfig extends RegistryShape {
  /** What ends in the registry's configuration file. */
  settings?: RegistrySettings;
  /** Certificates and public keys. */
  trust?: TrustConfig;
}

/** The registry on Kubernetes: what exists, how it is set, and whom it trusts. */
export interface KubernetesRegistryConfig extends KubernetesRegistryShape {
  /** What ends in the registry's configuration file. */
  settings?: RegistrySettings;
  /** Certificates and public keys. */
  trust?: CommonTrustConfig;
}

/** The registry on AWS: what exists, how it is set, and whom it trusts. */
export interface AwsRegistryConfig extends AwsRegistryShape {
  /** What ends in the registry's configuration file. */
  settings?: RegistrySettings;
  /** Certificates and public keys. */
  trust?: CommonTrustConfig;
}

/** Certificates and public keys, as text. */
export interface CommonTrustConfig {
  /** Server certificate of your own, with intermediates, PEM. Needs the secret `privateKeyPem`. @default - one signed by an own CA */
  certificatePem?: string;
  /** CA that clients have to trust for it, PEM. @default - none: clients are taken to trust it already */
  caCertificatePem?: string;
  /** CA of client certificates, PEM. @default - clients are asked for none */
  clientCaPem?: string;
  /** CA of an external Redis, PEM. @default - the system's */
  redisCaPem?: string;
  /** CA of the S3 endpoint, PEM. @default - the system's */
  s3CaPem?: string;
  /** CA of the endpoints that backups go to, PEM. @default - the system's */
  backupCaPem?: string;
  /** Certificates of the authorization server, PEM. One of these two is needed with access mode `token`. @default - none */
  tokenCertificatesPem?: string;
  /** Keys of the authorization server, as a JWKS. @default - none */
  tokenJwks?: string;
}

/** Certificates and public keys, as text, for what there is on Docker hosts. */
export interface TrustConfig extends CommonTrustConfig {
  /** CA of the targets to which the audit log is forwarded, PEM. @default - public ones */
  auditCaPem?: string;
}

/** A value that Pulumi encrypted. */
export interface Secret {
  /** What `npx ha-registry secret` (or `pulumi config set --secret --path`) wrote. */
  secure: string;
}

/** Secrets, each encrypted on its own. */
export interface CommonSecretsConfig {
  /** Passwords by user. @default - generated: 32 letters and digits */
  passwords?: Record<string, Secret>;
  /** Private key of `trust.certificatePem`. @default - generated */
  privateKeyPem?: Secret;
  /** Access key of the S3 endpoint. @default - the AWS SDK's default chain */
  s3AccessKey?: Secret;
  /** Secret key of the S3 endpoint. @default - the AWS SDK's default chain */
  s3SecretKey?: Secret;
  /** Access keys of the buckets that backups go to, by target. @default - the AWS SDK's default chain */
  backupAccessKeys?: Record<string, Secret>;
  /** Secret keys of the buckets that backups go to, by target. @default - the AWS SDK's default chain */
  backupSecretKeys?: Record<string, Secret>;
  /** Password of an external Redis. @default - none */
  redisPassword?: Secret;
  /** Password of the sentinels of an external Redis. @default - none */
  redisSentinelPassword?: Secret;
  /** User at the upstream of a pull-through cache. @default - anonymous */
  proxyUsername?: Secret;
  /** Password at the upstream of a pull-through cache. @default - anonymous */
  proxyPassword?: Secret;
  /** Headers of event posts, by receiver, then by header. @default - none */
  notificationHeaders?: Record<string, Record<string, Secret[]>>;
}

/** Secrets, each encrypted on its own, for what there is on Docker hosts. */
export interface SecretsConfig extends CommonSecretsConfig {
  /** Password of the synthetic probe's user at the authorization server, with access mode `token`. @default - there is no probe */
  probePassword?: Secret;
  /** URLs (or passwords at the mail server) of receivers of alerts, by their name; that of the dead man's switch is `dead-mans-switch`. @default - none */
  receivers?: Record<string, Secret>;
  /** Password of `audit.forward.elasticsearch.username`. @default - none */
  auditElasticsearchPassword?: Secret;
  /** Password of `audit.forward.loki.username`. @default - none */
  auditLokiPassword?: Secret;
}

/** The same data once Pulumi has decrypted it. */
export type Decrypted<T> = T extends Secret ? string : T extends object ? { [Key in keyof T]: Decrypted<T[Key]> } : T;
