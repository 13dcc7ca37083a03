import { storeDirectory } from "./registry-storage";
import type { Topology } from "../topology";

/** Keys of the bucket, where there are any. */
export interface StoreKeys {
  /** Access key. @default - rclone's default chain, which is the AWS SDK's */
  accessKey?: string;
  /** Secret key. @default - the same */
  secretKey?: string;
}

/** rclone's configuration, and where the registry's data is in it. */
export interface Rclone {
  /** Text of `rclone.conf`, a secret. */
  configuration: string;
  /** As `store:bucket/docker/registry/v2`. */
  store: string;
}

/**
 * How rclone reaches the registry's store. A directory is the remote `local`, a bucket the remote `store`.
 *
 * @throws {TypeError} when a value holds control characters.
 */
export function renderRclone({ objectStore: { s3 } }: Topology, keys: StoreKeys): Rclone {
  const root = "docker/registry/v2";
  if (s3 === undefined) return { configuration: remote("local", { type: "local" }), store: `local:${storeDirectory}/${root}` };
  const directory = (s3.rootDirectory ?? "").replace(/^\/+|\/+$/g, "");
  return {
    configuration: remote("store", {
      type: "s3",
      provider: s3.endpoint === undefined ? "AWS" : "Other",
      region: s3.region,
      endpoint: s3.endpoint,
      force_path_style: String(s3.forcePathStyle),
      env_auth: String(keys.accessKey === undefined),
      access_key_id: keys.accessKey,
      secret_access_key: keys.secretKey,
      // Neither may rclone make a bucket, nor does it have to look for one.
      no_check_bucket: "true",
    }),
    store: `store:${s3.bucket}/${directory === "" ? "" : `${directory}/`}${root}`,
  };
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
