import type { Environment } from "./environment";
import { storeAccess } from "./probe";
import type { OpenStack } from "./workspace";

/**
 * What the registry keeps in a bucket of the user's, by a list of all of it: a thousand objects per request.
 *
 * @throws {Error} the SDK's, when the store does not answer.
 */
export async function bucketBytes(environment: Environment, open: OpenStack): Promise<number> {
  const access = await storeAccess(environment, open);
  if (access === undefined) throw new Error("there is no bucket");
  const { listedBytes } = await import("./store-probe.js");
  return listedBytes(access, environment.config.registry?.objectStore?.s3?.rootDirectory ?? "");
}
