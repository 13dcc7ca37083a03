import { storeDirectory } from "./registry-storage";
import type { CommonTopology } from "../topology-common";
import type { BackupTargetTopology } from "../topology-backup";

/** Keys of a bucket, where there are any. */
export interface StoreKeys {
  /** Access key. @default - rclone's default chain, which is the AWS SDK's */
  accessKey?: string;
  /** Secret key. @default - the same */
  secretKey?: string;
}

/** What stands in the store while it is restored: garbage collection and backups keep their hands off. */
export const restoringFile = ".restoring";

/** rclone's configuration, and where the registry's data is in it. */
export interface Rclone {
  /** Text of `rclone.conf`, a secret. */
  configuration: string;
  /** As `store:bucket/docker/registry/v2`. */
  store: string;
}

/** What rclone has to know of a bucket. */
interface Bucket {
  region: string;
  endpoint?: string;
  forcePathStyle: boolean;
  storageClass?: string;
  keyId?: string;
  verifyCertificate?: boolean;
}

/**
 * How rclone reaches the registry's store. A directory is the remote `local`, a bucket the remote `store`.
 *
 * @throws {TypeError} when a value holds control characters.
 */
export function renderRclone({ objectStore: { s3 } }: Pick<CommonTopology, "objectStore">, keys: StoreKeys): Rclone {
  const root = "docker/registry/v2";
  if (s3 === undefined) return { configuration: remote("local", { type: "local" }), store: `local:${storeDirectory}/${root}` };
  const directory = (s3.rootDirectory ?? "").replace(/^\/+|\/+$/g, "");
  const { region, endpoint, forcePathStyle, verifyCertificate } = s3;
  const bucket = { region, forcePathStyle, verifyCertificate, ...(endpoint === undefined ? {} : { endpoint }) };
  return {
    configuration: bucketRemote("store", bucket, keys),
    store: `store:${s3.bucket}/${directory === "" ? "" : `${directory}/`}${root}`,
  };
}

/** Where the directory of a target is in the container of backups. */
export function targetDirectory(target: string): string {
  return `/backup/${target}`;
}

/** How rclone names a target, as `backup-far:bucket/prefix`. */
export function targetRemote({ name, s3 }: BackupTargetTopology): string {
  return s3 === undefined ? `backup-${name}:${targetDirectory(name)}` : `backup-${name}:${s3.bucket}/${s3.prefix}`;
}

/**
 * How rclone reaches a target of backups.
 *
 * @throws {TypeError} when a value holds control characters.
 */
export function renderTargetRemote({ name, s3 }: BackupTargetTopology, keys: StoreKeys): string {
  return s3 === undefined ? remote(`backup-${name}`, { type: "local" }) : bucketRemote(`backup-${name}`, s3, keys);
}

/** Keys of everything that backups reach. */
export interface BackupKeys {
  /** Those of the registry's own bucket. */
  store: StoreKeys;
  /** Access keys, by target. */
  accessKeys: Record<string, string>;
  /** Secret keys, by target. */
  secretKeys: Record<string, string>;
}

/**
 * rclone's configuration for backups: the registry's store, and every target.
 *
 * @throws {TypeError} when a value holds control characters.
 */
export function renderBackupRclone(
  topology: Pick<CommonTopology, "objectStore">,
  targets: readonly BackupTargetTopology[],
  { store, accessKeys, secretKeys }: BackupKeys,
): string {
  const remotes = targets.map((target) => {
    const [accessKey, secretKey] = [accessKeys[target.name], secretKeys[target.name]];
    return renderTargetRemote(target, accessKey === undefined || secretKey === undefined ? {} : { accessKey, secretKey });
  });
  return [renderRclone(topology, store).configuration, ...remotes].join("\n");
}

function bucketRemote(name: string, bucket: Bucket, keys: StoreKeys): string {
  const { region, endpoint, forcePathStyle, storageClass, keyId, verifyCertificate = true } = bucket;
  return remote(name, {
    type: "s3",
    provider: endpoint === undefined ? "AWS" : "Other",
    region,
    endpoint,
    force_path_style: String(forcePathStyle),
    storage_class: storageClass,
    ...(keyId === undefined ? {} : { server_side_encryption: "aws:kms", sse_kms_key_id: keyId }),
    env_auth: String(keys.accessKey === undefined),
    access_key_id: keys.accessKey,
    secret_access_key: keys.secretKey,
    // Neither may rclone make a bucket, nor does it have to look for one.
    no_check_bucket: "true",
    ...(verifyCertificate ? {} : { "override.no_check_certificate": "true" }),
  });
}

function remote(name: string, options: Record<string, string | undefined>): string {
  const lines = Object.entries(options)
    .filter((entry): entry is [string, string] => entry[1] !== undefined)
    .map(([key, value]) => {
      if (/\p{Cc}/u.test(value)) throw new TypeError(`${key} holds control characters`);
      return `${key} = ${value}`;
    });
  return [`[${name}]`, ...lines, ""].join("\n");
}
