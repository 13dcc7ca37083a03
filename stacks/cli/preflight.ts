import { createServer } from "node:net";
import { ObjectStoreKind, Problems, resolveTopology, sizeFor } from "ha-registry-core";
import type { Topology } from "ha-registry-core";
import { dockerDiskFree, ensureDocker, ensureImages, requireDiskFree, type Report } from "ha-registry-tools";
import { Substrate, type StackConfig } from "../schema/stack-config";
import { dockerKernel, listContainers, type Container } from "./docker";

/**
 * Looks for everything that would make `up` fail halfway, before anything is touched: Docker, disk, names and ports. Then gets the images.
 *
 * @param name Name of the environment.
 * @param config Its checked configuration.
 * @throws {RegistryError} with every problem found.
 */
export async function preflight(name: string, config: StackConfig, report: Report): Promise<void> {
  await ensureSubstrate(config, report);
  if ((config.substrate ?? Substrate.Docker) !== Substrate.Docker) return;
  const topology = resolveTopology(name, config.registry);
  const [containers] = await Promise.all([listContainers(), requireDiskFree()]);
  const problems = new Problems();
  checkNames(topology, containers, problems);
  await checkPorts(topology, containers, problems);
  if (topology.loadBalancer.handOverConnections) checkKernel(await dockerKernel(), problems);
  problems.throwIfAny(name);
  await adviseCapacity(topology, report);
  await ensureImages({ ...(config.registry?.images === undefined ? {} : { images: config.registry.images }), report });
}

/**
 * Makes sure that the machine the registry is on answers at all.
 *
 * @throws {RegistryError} with what mends it.
 */
export async function ensureSubstrate(config: StackConfig, report: Report): Promise<void> {
  if ((config.substrate ?? Substrate.Docker) === Substrate.Docker) await ensureDocker({ report });
}

/** Says so when the disk will not last: a small one is no reason to refuse, since a registry begins empty. */
async function adviseCapacity({ objectStore, teamSize }: Topology, report: Report): Promise<void> {
  if (objectStore.kind !== ObjectStoreKind.Filesystem) return;
  const disk = await dockerDiskFree();
  const freeGiB = (disk?.freeBytes ?? Infinity) / 2 ** 30;
  const { storageGiB } = sizeFor(teamSize);
  if (freeGiB >= storageGiB) return;
  report(`${disk?.directory ?? "the disk"} has ${Math.floor(freeGiB)} GiB free; plan ${storageGiB} GiB for a team of ${teamSize}`);
}

/** The kernel has to know the switch that keeps connections when an HAProxy is replaced (net.ipv4.tcp_migrate_req, Linux 5.14). */
export function checkKernel(version: string, problems: Problems): void {
  const [major = 0, minor = 0] = version.split(/[.-]/).map(Number);
  const old = major < 5 || (major === 5 && minor < 14);
  problems.require(
    version === "" || !old,
    "registry.loadBalancer.handOverConnections",
    `needs Linux 5.14, and Docker runs on ${version}: set it to false (replacing an HAProxy may then refuse single connections)`,
  );
}

/** Names that the registry is about to take must not be taken by somebody else. */
export function checkNames(topology: Topology, containers: readonly Container[], problems: Problems): void {
  const { nodes, loadBalancer, redis } = topology;
  const balancers = loadBalancer.balancers.flatMap((balancer) => [balancer.name, ...balancer.replicas]);
  const wanted = new Set([...[...nodes, ...redis.servers].map((instance) => instance.name), ...balancers]);
  for (const { name, stack } of containers) {
    if (!wanted.has(name) || stack === topology.name) continue;
    problems.add(
      "environment",
      `there is a container ${name} already that is not of this registry: rename it, or name the environment otherwise`,
    );
  }
}

/** Ports that the registry is about to publish must be free, or its own already. */
export async function checkPorts(topology: Topology, containers: readonly Container[], problems: Problems): Promise<void> {
  const { port, bindAddress, statisticsPort, statisticsBindAddress, balancers } = topology.loadBalancer;
  const replicas = balancers[0]?.replicas ?? [];
  const wanted = [
    { path: "registry.loadBalancer.port", port, address: bindAddress },
    ...replicas.map((_, index) => ({
      path: "registry.loadBalancer.statistics.port",
      port: statisticsPort + index,
      address: statisticsBindAddress,
    })),
  ];
  for (const { path, port: number, address } of wanted) {
    const holder = containers.find((container) => container.ports.includes(number));
    if (holder?.stack === topology.name) continue;
    const problem = holder === undefined ? await whyNotFree(number, address) : `is taken by the container ${holder.name}`;
    if (problem !== undefined) problems.add(path, `port ${number} ${problem}`);
  }
}

/** Tries the port itself; only on this machine, since nothing can be tried on another. */
async function whyNotFree(port: number, address: string): Promise<string | undefined> {
  if (!/^(unix:|$)/.test(process.env["DOCKER_HOST"] ?? "")) return undefined;
  const code = await new Promise<string | undefined>((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code));
    server.listen({ port, host: address, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
  if (code === "EADDRINUSE")
    return `is taken by another process (\`ss -ltnp 'sport = :${port}'\` names it): stop that, or choose another port`;
  if (code === "EADDRNOTAVAIL") return `cannot be opened on ${address}, which is no address of this machine`;
  return undefined; // a low port may be closed to this user and open to Docker
}
