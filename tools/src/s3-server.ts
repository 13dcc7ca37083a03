import { buildGoProgram, type GoProgram } from "./images/go";
import { reportToStderr, withHeartbeat, type Report } from "./progress";

/** VersityGW: S3 in front of a directory. A module of its own: its many dependencies would decide the clients' versions and builds, too. */
const VERSITYGW: GoProgram = {
  module: "object-store",
  package: "github.com/versity/versitygw/cmd/versitygw",
  versionOf: "github.com/versity/versitygw",
  versionVariable: "main.Version",
};

/** The last MinIO of its community edition, for the same reason in a module of its own. */
const MINIO: GoProgram = {
  module: "minio",
  package: "github.com/minio/minio",
  versionOf: "github.com/minio/minio",
  versionVariable: "github.com/minio/minio/cmd.ReleaseTag",
};

/**
 * Makes sure that this machine has an S3 server for tests: VersityGW is built once into the cache.
 *
 * @returns the absolute path of the program.
 * @throws {RegistryError} when it cannot be built.
 */
export async function ensureS3Server(report: Report = reportToStderr): Promise<string> {
  return (await withHeartbeat(report, "building VersityGW", () => buildGoProgram(VERSITYGW, report))).path;
}

/**
 * Makes sure that this machine has MinIO for tests: it is built once into the cache.
 *
 * @returns the absolute path of the program.
 * @throws {RegistryError} when it cannot be built.
 */
export async function ensureMinio(report: Report = reportToStderr): Promise<string> {
  return (await withHeartbeat(report, "building MinIO", () => buildGoProgram(MINIO, report))).path;
}
