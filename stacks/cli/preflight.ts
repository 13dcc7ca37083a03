import { createServer } from "node:net";
import { networkInterfaces } from "node:os";
import { ImageName, imagesOf, ObjectStoreKind, Problems, RegistryError, resolveTopology, sizeFor } from "ha-registry-core";
import type { Topology } from "ha-registry-core";
import { diskProblem, dockerDiskFree, ensureImages, ensureImagesOn, type DockerDisk, type Report } from "ha-registry-tools";
import type { StackConfig } from "../schema/stack-config";
import { dockerKernel, listContainers, type Container } from "./docker";
import { ensureHosts, onHost, type Host } from "./hosts";
import { containersOn, portsOn } from "./parts";

/** What was found on a host. */
interface Found {
  host: Host;
  containers: Container[];
  /** Free space; absent where it cannot be asked. */
  disk: DockerDisk | undefined;
  /** Version of the kernel. */
  kernel: string;
}

/**
 * Looks for everything that would make `up` fail halfway, before anything is touched: Docker, disk, names and ports on every host. Then gets
 * the images. Grafana's is the only one that cannot be built where it cannot be pulled: a registry can do without it.
 *
 * @param name Name of the environment.
 * @param config Its checked configuration.
 * @param hosts Where it is put.
 * @returns whether Grafana is wanted, and its image is not to be had.
 * @throws {RegistryError} with every problem found.
 */
export async function preflight(name: string, config: StackConfig, hosts: readonly Host[], report: Report): Promise<boolean> {
  if (hosts.length === 0) return false;
  await ensureHosts(name, hosts, report);
  const topology = resolveTopology(name, config.registry);
  const problems = new Problems();
  const found = await Promise.all(hosts.map(look));
  for (const each of found) await check(topology, each, problems);
  problems.throwIfAny(name);
  adviseCapacity(topology, found, report);
  const names = imagesOf(topology);
  const get = (some: readonly ImageName[]): Promise<unknown> => getImages(some, topology, hosts, config, report);
  await get(names.filter((image) => image !== ImageName.Grafana));
  return names.includes(ImageName.Grafana) && !(await isToBeHad(() => get([ImageName.Grafana]), report));
}

/** Says why not, in one line. */
async function isToBeHad(get: () => Promise<unknown>, report: Report): Promise<boolean> {
  try {
    await get();
    return true;
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    const reasons = [...new Set(error.problems.map(({ message }) => message))].join("; ");
    report(`Grafana's image is not to be had, and everything else comes up without it: ${reasons}`);
    return false;
  }
}

async function look(host: Host): Promise<Found> {
  const { docker } = host;
  const [containers, disk, kernel] = await Promise.all([listContainers(docker), dockerDiskFree(docker), dockerKernel(docker)]);
  return { host, containers, disk, kernel };
}

async function check(topology: Topology, { host, containers, disk, kernel }: Found, problems: Problems): Promise<void> {
  const full = diskProblem(disk);
  if (full !== undefined) problems.add(host.name === "" ? full.path : `registry.hosts.${host.name} (${full.path})`, full.message);
  checkNames(topology, host, containers, problems);
  await checkPorts(topology, host, containers, problems);
  if (topology.loadBalancer.handOverConnections) checkKernel(kernel, problems, host);
}

/** Every host gets every image: a part that moves to another one finds it there. */
async function getImages(
  names: readonly ImageName[],
  topology: Topology,
  hosts: readonly Host[],
  config: StackConfig,
  report: Report,
): Promise<void> {
  const { images } = config.registry ?? {};
  const options = { names, ...(images === undefined ? {} : { images }), report };
  await (topology.hosts.length === 1 ? ensureImages(options) : ensureImagesOn(hosts, options));
}

/** Says so when the disk will not last: a small one is no reason to refuse, since a registry begins empty. */
function adviseCapacity({ objectStore, teamSize }: Topology, found: readonly Found[], report: Report): void {
  if (objectStore.kind !== ObjectStoreKind.Filesystem) return;
  for (const { disk } of found) {
    const freeGiB = (disk?.freeBytes ?? Infinity) / 2 ** 30;
    const { storageGiB } = sizeFor(teamSize);
    if (freeGiB >= storageGiB) continue;
    report(`${disk?.directory ?? "the disk"} has ${Math.floor(freeGiB)} GiB free; plan ${storageGiB} GiB for a team of ${teamSize}`);
  }
}

/** The kernel has to know the switch that keeps connections when an HAProxy is replaced (net.ipv4.tcp_migrate_req, Linux 5.14). */
export function checkKernel(version: string, problems: Problems, host: Pick<Host, "name"> = { name: "" }): void {
  const [major = 0, minor = 0] = version.split(/[.-]/).map(Number);
  const old = major < 5 || (major === 5 && minor < 14);
  problems.require(
    version === "" || !old,
    "registry.loadBalancer.handOverConnections",
    `needs Linux 5.14, and Docker${onHost(host)} runs on ${version}: set it to false (replacing an HAProxy may then refuse single connections)`,
  );
}

/** Names that the registry is about to take on a host must not be taken by somebody else. */
export function checkNames(topology: Topology, host: Pick<Host, "name">, containers: readonly Container[], problems: Problems): void {
  const wanted = new Set(containersOn(topology, host.name));
  for (const { name, stack } of containers) {
    if (!wanted.has(name) || stack === topology.name) continue;
    problems.add(
      host.name === "" ? "environment" : `registry.hosts.${host.name}`,
      `there is a container ${name}${onHost(host)} already that is not of this registry: rename it, or name the environment otherwise`,
    );
  }
}

/** Ports that the registry is about to publish on a host must be free, or its own already. */
export async function checkPorts(
  topology: Topology,
  host: Omit<Host, "docker"> & { docker: Pick<Host["docker"], "isAtSocket"> },
  containers: readonly Container[],
  problems: Problems,
): Promise<void> {
  const near = host.docker.isAtSocket && (host.address === undefined || ownAddresses().includes(host.address));
  for (const { path, port, address } of portsOn(topology, host.name)) {
    const holder = containers.find((container) => container.ports.includes(port));
    if (holder?.stack === topology.name) continue;
    const problem = holder !== undefined ? `is taken by the container ${holder.name}` : near ? await whyNotFree(port, address) : undefined;
    if (problem !== undefined) problems.add(path, `port ${port}${onHost(host)} ${problem}`);
  }
}

/** Addresses of this machine: a Docker Engine at a socket may still have a network of its own. */
function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((addresses = []) => addresses.map(({ address }) => address));
}

/** Tries the port itself; only on this machine, since nothing can be tried on another. */
async function whyNotFree(port: number, address: string): Promise<string | undefined> {
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
