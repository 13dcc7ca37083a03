import type { RegistrySecrets, RegistrySettings } from "../settings";
import type { CommonTopology, ResolvedS3 } from "../topology-common";
import type { LooseMap } from "./yaml";

/** Where the volume of blobs and manifests is mounted in a node. */
export const storeDirectory = "/var/lib/registry";

/** The `storage` section of distribution's configuration. */
export function storageSection(
  { objectStore, redis, storeIsCopy = false }: CommonTopology,
  settings: RegistrySettings,
  secrets: RegistrySecrets,
): LooseMap {
  const { s3 } = objectStore;
  const driver =
    s3 !== undefined
      ? { s3: s3Parameters(s3, secrets) }
      : // maxthreads stays at the driver's 100: fewer would queue clients that wait for a slow disk anyway.
        { filesystem: { rootdirectory: storeDirectory } };
  return {
    ...driver,
    cache: storeIsCopy ? undefined : { blobdescriptor: redis.enabled ? "redis" : "inmemory" },
    delete: { enabled: settings.deleteEnabled ?? true },
    maintenance: {
      readonly: { enabled: storeIsCopy || (settings.readOnly ?? false) },
      // The registry insists on all four, and on durations that are strings. They do one more thing: without a map in a map here, its debug
      // port would show the whole configuration, passwords too (/debug/vars, which cannot encode such a map and shows nothing).
      uploadpurging: {
        enabled: !storeIsCopy,
        age: `${settings.uploadPurgeAgeHours ?? 168}h`,
        interval: `${settings.uploadPurgeIntervalHours ?? 24}h`,
        dryrun: false,
      },
    },
    redirect: { disable: !(s3?.redirect ?? false) },
    tag: settings.tagConcurrencyLimit === undefined ? undefined : { concurrencylimit: settings.tagConcurrencyLimit },
  };
}

function s3Parameters(s3: ResolvedS3, secrets: RegistrySecrets): LooseMap {
  return {
    accesskey: secrets.s3AccessKey,
    secretkey: secrets.s3SecretKey,
    bucket: s3.bucket,
    region: s3.region,
    regionendpoint: s3.endpoint,
    forcepathstyle: s3.forcePathStyle,
    rootdirectory: s3.rootDirectory,
    encrypt: s3.encrypt,
    keyid: s3.keyId,
    storageclass: s3.storageClass,
    redirectendpoint: s3.redirectEndpoint,
    chunksize: s3.chunkSizeMiB * 1024 * 1024,
    secure: s3.endpoint?.startsWith("http:") !== true,
    skipverify: !s3.verifyCertificate,
    v4auth: true,
  };
}
