import { imagesOf, resolveTopology } from "ha-registry-core";
import type { RegistryShape } from "ha-registry-core";
import type { RegistryArgs } from "ha-registry-docker";
import { ensureImages } from "ha-registry-tools";
import { startRegistry, type RegistryStack } from "../../engine/support/stack";
import { until } from "../../engine/support/waiting";
import type { Cluster } from "./cluster";

/** How long what died may take to be whole again. */
const RECOVERY_SECONDS = 240;

/** Hosts that nobody speaks to: what images a registry needs does not depend on them. */
const placeholders = Object.fromEntries(
  [1, 2, 3].map((number) => [`host-${number}`, { dockerHost: `ssh://192.0.2.${number}`, address: `192.0.2.1${number}` }]),
);

/** Images of the environment `prod-docker`, with what `more` asks for; they are in this machine's own Docker Engine then. */
export async function imagesOfProduction(more: RegistryShape = {}): Promise<string[]> {
  const shape = { hosts: placeholders, objectStore: { garage: {} }, loadBalancer: { virtualAddress: { address: "192.0.2.1" } }, ...more };
  const images = await ensureImages({ names: imagesOf(resolveTopology("images", shape)), report: () => undefined });
  return images.map(({ reference }) => reference);
}

/** The environment `prod-docker`, with what `more` asks for, on the machines of `cluster`, up. */
export async function startProduction(cluster: Cluster, more: RegistryArgs = {}): Promise<RegistryStack> {
  const args: RegistryArgs = {
    hosts: cluster.hosts,
    hostname: cluster.virtualAddress,
    loadBalancer: { virtualAddress: { address: cluster.virtualAddress }, rateLimit: { requestsPerSecond: 0 } },
    objectStore: { garage: { capacityGiB: 4 } },
    nodes: { drainSeconds: 30 },
    ...more,
  };
  const registry = await startRegistry({ args });
  await registry.up();
  return registry;
}

/** Waits until everything on every host runs and is healthy. */
export async function untilWhole(registry: RegistryStack): Promise<void> {
  await until("every part runs and is healthy", RECOVERY_SECONDS, async () => {
    const broken = await Promise.all(registry.engines.map((engine) => engine.broken(registry.name)));
    if (broken.flat().length > 0) throw new Error(broken.flat().join(", "));
    return true;
  });
}
