import { resolveTopology } from "ha-registry-core";
import type { Topology } from "ha-registry-core";
import { backupProblem, backupStatus, type BackupStatus } from "./backup-status";
import { bucketBytes } from "./bucket-usage";
import { containerStatus, type ContainerStatus } from "./container-status";
import { askEndpoints, type EndpointStatus } from "./endpoint";
import type { Environment } from "./environment";
import { collectionIn, type Collection } from "./gc";
import { hostsOf } from "./hosts";
import { observe, type FoundHost } from "./observe";
import { redisStatus, type RedisStatus } from "./redis-status";
import { storeUsage, type StoreUsage } from "./store-usage";
import { readOutputs, type OpenStack } from "./workspace";

/** What is found of a registry that was put up. */
export interface Survey {
  topology: Topology;
  hosts: FoundHost[];
  containers: ContainerStatus[];
  endpoints: EndpointStatus[];
  redis: RedisStatus[];
  store: StoreUsage;
  /** The last collection of garbage; absent where there was none since its container was made. */
  collection?: Collection;
  /** How backups to each target stand. */
  backups: BackupStatus[];
}

/**
 * Looks at all of a registry, and changes nothing.
 *
 * @param thorough Whether what is in the store is counted, too, which may take long.
 * @throws {RegistryError} when nothing was put up yet.
 */
export async function survey(environment: Environment, open: OpenStack, thorough: boolean): Promise<Survey> {
  const { name, config } = environment;
  const topology = resolveTopology(name, config.registry);
  const outputs = readOutputs(name, JSON.parse(await open.pulumi("stack", "output", "--json")) as object);
  const hosts = await observe(name, hostsOf(name, config));
  const [endpoints, redis, store, collection, backups] = await Promise.all([
    askEndpoints(topology, outputs),
    redisStatus(topology, hosts),
    measureStore(environment, open, topology, hosts, thorough),
    lastCollection(topology, hosts),
    backupStatus(topology, hosts),
  ]);
  const containers = containerStatus(topology, hosts);
  return { topology, hosts, containers, endpoints, redis, store, backups, ...(collection === undefined ? {} : { collection }) };
}

/** Measures the store of an environment. */
export async function measureStore(
  environment: Environment,
  open: OpenStack,
  topology: Topology,
  hosts: readonly FoundHost[],
  thorough: boolean,
): Promise<StoreUsage> {
  try {
    return await storeUsage(topology, hosts, thorough, () => bucketBytes(environment, open));
  } catch (error) {
    return {
      kind: topology.objectStore.kind,
      problem: `it could not be measured: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}

/** Its container logs how each collection ended. */
async function lastCollection({ garbageCollection }: Topology, hosts: readonly FoundHost[]): Promise<Collection | undefined> {
  const name = garbageCollection?.collector.name;
  const host = hosts.find(({ containers }) => containers.some((container) => container.name === name));
  if (name === undefined || host === undefined) return undefined;
  const { stdout } = await host.docker.attempt("logs", "--tail", "500", name);
  return collectionIn(stdout.split("\n").reverse().join("\n"));
}

/** Everything that is not well, in words. */
export function problemsOf({ hosts, containers, endpoints, redis, store, collection, backups }: Survey): string[] {
  return [
    ...hosts.flatMap(({ name, failure }) =>
      failure === undefined ? [] : [`${name === "" ? "Docker" : `the host ${name}`} does not answer: ${failure}`],
    ),
    ...containers.flatMap(({ name, problem }) => (problem === undefined ? [] : [`${name} ${problem}`])),
    ...endpoints.flatMap(({ url, problem }) => (problem === undefined ? [] : [`${url} does not serve: ${problem}`])),
    ...redis.flatMap(({ name, problem }) => (problem === undefined ? [] : [`${name}: ${problem}`])),
    ...(store.problem === undefined ? [] : [`the store: ${store.problem}`]),
    ...(collection === undefined || collection.result === "done" ? [] : ["the last collection of garbage failed"]),
    ...backups.flatMap((each) => backupProblem(each) ?? []),
  ];
}
