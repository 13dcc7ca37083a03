import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { RegistryError, resolveTopology } from "ha-registry-core";
import type { ResolvedS3, Topology } from "ha-registry-core";
import type { Report } from "ha-registry-tools";
import type { Environment } from "./environment";
import { printJson } from "./print";
import { ensurePrivateDirectory } from "./state-directory";
import type { StoreAccess, StoreVerdict } from "./store-probe";
import { PROJECT, openStack, type OpenStack } from "./workspace";

/** Tries the S3 endpoint of an environment, and says what came of it. */
export async function probe(environment: Environment, options: { json?: boolean }, report: Report): Promise<void> {
  const { name } = environment;
  const open = await openStack(environment, "create", report);
  const access = await storeAccess(environment, open);
  if (access === undefined) {
    report(`${name} has no S3 endpoint of yours: there is nothing to probe`);
    if (options.json === true) printJson({ environment: name, probed: false });
    return;
  }
  const verdict = await tryStore(name, access);
  judge(name, access, verdict, report);
  report(`${where(access)} does what the registry needs`);
  const { abandonedUploadsRemoved } = verdict;
  if (options.json === true) printJson({ environment: name, probed: true, bucket: access.bucket, abandonedUploadsRemoved });
}

/**
 * Tries an S3 endpoint before the registry is put on it: the first time, and whenever endpoint, bucket or keys are others.
 *
 * @throws {RegistryError} with what the store lacks.
 */
export async function probeNewStore(environment: Environment, open: OpenStack, report: Report): Promise<void> {
  const access = await storeAccess(environment, open);
  if (access === undefined) return;
  const mark = join(environment.stateDirectory, `${environment.name}.probed-store`);
  const fingerprint = createHash("sha256").update(JSON.stringify(access)).digest("hex");
  if (existsSync(mark) && readFileSync(mark, "utf8") === fingerprint) return;
  report(`probing ${where(access)}`);
  const verdict = await tryStore(environment.name, access).catch((error: unknown) => {
    if (isLocalDocker() || !(error instanceof RegistryError)) throw error;
    // Docker runs on another machine, and the endpoint may be open to that one alone.
    report(
      `${error.message}\nThe registry is put on it all the same; run \`npx ha-registry probe ${environment.name}\` where it can be reached.`,
    );
    return undefined;
  });
  if (verdict === undefined) return;
  judge(environment.name, access, verdict, report);
  ensurePrivateDirectory(environment.stateDirectory);
  writeFileSync(mark, fingerprint, { mode: 0o600 });
}

function isLocalDocker(): boolean {
  return /^(unix:|$)/.test(process.env["DOCKER_HOST"] ?? "");
}

/** @throws {RegistryError} when it does not answer, or refuses the keys. */
async function tryStore(name: string, access: StoreAccess): Promise<StoreVerdict> {
  const { probeStore } = await import("./store-probe.js");
  try {
    return await probeStore(access);
  } catch (error) {
    const reason = error instanceof Error ? error.message || error.name : String(error);
    const message = `${where(access)} cannot be used: ${reason}; check endpoint, bucket, keys and the CA of its certificate`;
    throw new RegistryError(name, [{ path: "registry.objectStore.s3", message }]);
  }
}

function judge(name: string, access: StoreAccess, { problems, abandonedUploadsRemoved }: StoreVerdict, report: Report): void {
  if (problems.length > 0) {
    const path = "registry.objectStore.s3";
    const told = problems.map((problem) => ({ path, message: `${where(access)} fails at ${problem.path}: ${problem.message}` }));
    throw new RegistryError(name, [...told, { path, message: "the registry would lose or refuse images on it: take another store" }]);
  }
  if (!abandonedUploadsRemoved) {
    report(`${where(access)} keeps parts of uploads that nobody finished: give the bucket a rule AbortIncompleteMultipartUpload (7 days)`);
  }
}

function where({ bucket, endpoints }: StoreAccess): string {
  return `bucket ${bucket} at ${endpoints?.[0] ?? "AWS"}`;
}

/** The bucket of the environment; undefined when it has none, or one of its own, which is made as it has to be. */
export async function storeAccess({ name, config }: Environment, open: OpenStack): Promise<StoreAccess | undefined> {
  const { objectStore }: Topology = resolveTopology(name, config.registry);
  if (objectStore.s3 === undefined || objectStore.garage !== undefined) return undefined;
  return accessTo(objectStore.s3, await readKeys(open), config.registry?.trust?.s3CaPem);
}

function accessTo(s3: ResolvedS3, keys: StoreAccess["keys"], caPem: string | undefined): StoreAccess {
  const { bucket, region, endpoint, forcePathStyle, verifyCertificate } = s3;
  return {
    bucket,
    region,
    forcePathStyle,
    verifyCertificate,
    ...(endpoint === undefined ? {} : { endpoints: [endpoint] }),
    ...(keys === undefined ? {} : { keys }),
    ...(caPem === undefined ? {} : { caPem }),
  };
}

/** The keys, decrypted by Pulumi; they stay in this process. */
async function readKeys({ stack }: OpenStack): Promise<StoreAccess["keys"]> {
  const text = (await stack.getAllConfig())[`${PROJECT}:secrets`]?.value;
  if (text === undefined) return undefined;
  const { s3AccessKey, s3SecretKey } = JSON.parse(text) as { s3AccessKey?: string; s3SecretKey?: string };
  return s3AccessKey === undefined || s3SecretKey === undefined ? undefined : { accessKeyId: s3AccessKey, secretAccessKey: s3SecretKey };
}
