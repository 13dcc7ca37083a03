import { keepalivedName } from "ha-registry-core";
import { probe, type Report } from "ha-registry-tools";
import type { Environment } from "./environment";
import { ExitCode, Failure } from "./exit";
import { ensureAnswers, type Host } from "./hosts";
import { engineOf, forget, objectName, readState, types, type StateResource } from "./state";
import type { OpenStack } from "./workspace";

/**
 * Takes everything of a lost host out of the state, its volumes too: the next run makes it new where the configuration says, or not at all.
 *
 * @throws {Failure} when the host answers, or the state has nothing of it.
 */
export async function forgetHost({ name }: Environment, open: OpenStack, host: string, report: Report): Promise<void> {
  const { resources } = await readState(open);
  const { provider, own } = partsOf(name, host, resources);
  const docker = engineOf(own[0] ?? {}, resources);
  if (own.length > 0 && (await probe(docker)) === undefined) {
    throw new Failure(`${host} is not lost: its Docker Engine at ${docker.dockerHost} answers.`, ExitCode.WrongUse);
  }
  await forget(open, new Set([provider.urn, ...own.map(({ urn }) => urn)]));
  const volumes = own.filter(({ type, protect }) => type === types.volume && protect === true).map(objectName);
  report(
    `${host} is taken for lost: ${own.length} objects forgotten${volumes.length > 0 ? `, among them the data in ${volumes.join(", ")}` : ""}`,
  );
}

/** URNs of everything on a host that is away: they are left as they are. */
export async function untouched({ name }: Environment, open: OpenStack, host: string): Promise<string[]> {
  const { provider, own } = partsOf(name, host, (await readState(open)).resources);
  return [provider, ...own].map(({ urn }) => urn);
}

/**
 * Makes sure that every Docker Engine that the state tells of answers: the one of a host that was given another address, or that was taken
 * from the configuration, is still asked for what is on it.
 *
 * @param except Name of a host that is away. @default - none
 * @returns the hosts that are to go.
 * @throws {RegistryError} when one does not.
 * @throws {Failure} when a host was given another machine, and the old one works.
 */
export async function ensureKnownHosts({ name }: Environment, open: OpenStack, hosts: readonly Host[], except?: string): Promise<Host[]> {
  if (hosts.some((host) => host.name === "")) return [];
  const { resources } = await readState(open);
  const known = resources.flatMap((resource): Host[] => {
    const host = hostOf(name, resource);
    if (host === undefined || host === except) return [];
    return [{ name: host, docker: engineOf({ provider: `${resource.urn}::${resource.id ?? ""}` }, resources) }];
  });
  const asked = new Set(hosts.map(({ docker }) => docker.dockerHost));
  const others = known.filter(({ docker }) => !asked.has(docker.dockerHost));
  await ensureAnswers(name, others);
  for (const old of others) {
    const now = hosts.find((host) => host.name === old.name);
    if (now !== undefined && (await engineId(old)) !== (await engineId(now))) throw anotherMachine(name, old, now);
  }
  return known.filter((host) => !hosts.some((stays) => stays.name === host.name));
}

/**
 * Takes the address that moves between hosts from those that are to go, while the others still listen to them: a keepalived that nobody tells
 * anything any more would take the address for free.
 */
export async function stepDown({ name }: Environment, going: readonly Host[], report: Report): Promise<void> {
  for (const { name: host, docker } of going) {
    const keepalived = keepalivedName(name, host);
    if ((await docker.ask("ps", "--quiet", "--filter", `name=^/?${keepalived}$`)) === "") continue;
    report(`taking the virtual address from ${host}, which is to go`);
    await docker.run("stop", keepalived);
  }
}

/** What a Docker Engine is known by, however it is reached. */
async function engineId({ docker }: Host): Promise<string> {
  return docker.ask("info", "--format", "{{.ID}}");
}

/** Pulumi would look on the new machine for what is on the old one. */
function anotherMachine(environment: string, old: Host, now: Host): Failure {
  return new Failure(
    `${old.name} is to be another machine (${now.docker.dockerHost}), and the old one (${old.docker.dockerHost}) works.\n` +
      `Give the new one a name of its own, as ${old.name}-2, in the place of ${old.name}: \`up\` then moves what is on it, part by part.\n` +
      `Or switch the old one off: \`npx ha-registry up ${environment} --lost-host ${old.name}\`.`,
    ExitCode.WrongUse,
  );
}

function partsOf(name: string, host: string, resources: readonly StateResource[]): { provider: StateResource; own: StateResource[] } {
  const provider = resources.find((resource) => hostOf(name, resource) === host);
  if (provider === undefined) {
    const hosts = resources.flatMap((resource) => hostOf(name, resource) ?? []);
    const known = hosts.length > 0 ? `the hosts in it are ${hosts.join(", ")}` : "it has no hosts";
    throw new Failure(`The state of ${name} has nothing on a host ${host}: ${known}.`, ExitCode.WrongUse);
  }
  return { provider, own: resources.filter((resource) => resource.provider?.startsWith(`${provider.urn}::`)) };
}

/** The host that a provider is for. */
function hostOf(name: string, { type, urn }: StateResource): string | undefined {
  const logical = urn.split("::").at(-1) ?? "";
  return type === types.provider && logical.startsWith(`${name}-`) ? logical.slice(name.length + 1) : undefined;
}
