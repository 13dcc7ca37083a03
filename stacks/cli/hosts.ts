import { RegistryError, resolveTopology } from "ha-registry-core";
import type { HostTopology, Problem } from "ha-registry-core";
import { DockerCli, ensureDocker, probe, type Report } from "ha-registry-tools";
import { isOnDockerHosts, type AnyStackConfig } from "../schema/stack-config";

/** A machine that the registry is put on, with its Docker Engine. */
export interface Host {
  /** Name; empty where there is but one. */
  name: string;
  /** Inner address; absent where there is but one host. */
  address?: string;
  docker: DockerCli;
}

/** The hosts of an environment; none where it is not put on Docker. */
export function hostsOf(name: string, config: AnyStackConfig): Host[] {
  if (!isOnDockerHosts(config)) return [];
  return resolveTopology(name, config.registry).hosts.map(toHost);
}

function toHost({ name, dockerHost, address, certificatesPath, sshOptions }: HostTopology): Host {
  if (dockerHost === undefined) return { name, docker: new DockerCli() };
  const engine = { dockerHost, sshOptions, ...(certificatesPath === undefined ? {} : { certificatesPath }) };
  return { name, ...(address === undefined ? {} : { address }), docker: new DockerCli(engine) };
}

/**
 * Makes sure that every host's Docker Engine answers.
 *
 * @throws {RegistryError} with what mends it, for all hosts at once.
 */
export async function ensureHosts(name: string, hosts: readonly Host[], report: Report): Promise<void> {
  const named = hosts.filter((host) => host.name !== "");
  if (named.length < hosts.length) await ensureDocker({ report });
  await ensureAnswers(name, named);
}

/** @throws {RegistryError} for every one of several hosts that does not answer. */
export async function ensureAnswers(name: string, hosts: readonly Host[]): Promise<void> {
  const failures = await Promise.all(hosts.map(async (host) => ({ host, failure: await probe(host.docker) })));
  const problems = failures.flatMap(({ host, failure }) => (failure === undefined ? [] : [silent(name, host, failure)]));
  if (problems.length > 0) throw new RegistryError(name, problems);
}

function silent(name: string, host: Host, failure: string): Problem {
  const message = [
    `the Docker Engine at ${host.docker.dockerHost} does not answer (${failure}).`,
    "The registry serves on without this host.",
    `Until it is back, \`npx ha-registry up ${name} --without-host ${host.name}\` changes the others.`,
    `If it is lost for good: give ${host.name} the address of a new machine, or take it from registry.hosts,`,
    `then \`npx ha-registry up ${name} --lost-host ${host.name}\`.`,
  ];
  return { path: `registry.hosts.${host.name}.dockerHost`, message: message.join(" ") };
}

/** ` on <host>`, where there are several. */
export function onHost({ name }: Pick<Host, "name">): string {
  return name === "" ? "" : ` on ${name}`;
}
