import type { Report } from "ha-registry-tools";
import { confirm } from "./confirm";
import type { Environment } from "./environment";
import { ensureHosts, hostsOf, onHost, type Host } from "./hosts";
import { readState } from "./state";
import { up, type UpOptions } from "./up";
import { openStack } from "./workspace";

/** Options of `adopt`: those of `up`, and one more. */
export interface AdoptOptions extends UpOptions {
  /** Does not ask. */
  yes?: boolean;
}

/** What is on a host with the registry's label, and not in its state. */
export interface Stray {
  host: Host;
  /** Containers and networks, by name: they hold nothing. */
  containers: string[];
  networks: string[];
  /** Volumes. */
  volumes: string[];
}

/**
 * Puts a registry up whose state was lost, with the data that is on the hosts: volumes are taken over by their names (Docker's "create" of a
 * volume that exists gives the one that exists), containers and networks are replaced. Nodes of Garage find keys that are not theirs, and form a
 * new cluster around the data that they have. Only what the state does not know is touched, so that it can be repeated.
 */
export async function adopt(environment: Environment, options: AdoptOptions, report: Report): Promise<void> {
  const { name } = environment;
  const hosts = hostsOf(name, environment.config);
  await ensureHosts(name, hosts, report);
  const open = await openStack(environment, "create", report);
  const known = new Set((await readState(open)).resources.map(({ id }) => id));
  const strays = await Promise.all(hosts.map((host) => findStrays(name, host, known)));
  if (strays.some(({ containers, networks }) => containers.length + networks.length > 0)) {
    if (options.yes !== true) await confirm(question(name, strays), name);
    await Promise.all(strays.map((stray) => removeContainers(stray, report)));
  }
  for (const { host, volumes } of strays)
    for (const volume of volumes) report(`taking over volume ${volume}${onHost(host)}, with what is in it`);
  await up(environment, options, report);
  if (strays.some(({ containers }) => containers.length > 0)) report(aboutSecrets(name));
}

/** What is on a host with the registry's label, and not among the IDs that are known. */
export async function findStrays(name: string, host: Host, known: ReadonlySet<string | undefined>): Promise<Stray> {
  const list = async (command: string[], format: string): Promise<string[]> => {
    const lines = await host.docker.ask(...command, "--no-trunc", "--filter", `label=ha-registry=${name}`, "--format", format);
    return lines.split("\n").flatMap((line) => {
      const [id, object] = line.split(" ");
      return object === undefined || known.has(id) ? [] : [object];
    });
  };
  const volumes = (await host.docker.ask("volume", "ls", "--filter", `label=ha-registry=${name}`, "--format", "{{.Name}}")).split("\n");
  return {
    host,
    containers: await list(["ps", "--all"], "{{.ID}} {{.Names}}"),
    networks: await list(["network", "ls"], "{{.ID}} {{.Name}}"),
    volumes: volumes.filter((volume) => volume !== "" && !known.has(volume)),
  };
}

function question(name: string, strays: readonly Stray[]): string {
  const lines = strays.flatMap(({ host, containers, networks, volumes }) => [
    ...[...containers, ...networks.map((network) => `network ${network}`)].map((object) => `  ${object}${onHost(host)} is replaced`),
    ...volumes.map((volume) => `  volume ${volume}${onHost(host)} is taken over, with what is in it`),
  ]);
  return [
    `This state of ${name} does not know what runs here under its name. If another state does (on another machine, or another`,
    "PULUMI_BACKEND_URL), stop here: two states of one registry destroy each other's work.",
    ...lines,
    "Until it is up again nobody is served. Passwords, certificates and their CA are new, except those that the stack file gives.",
  ].join("\n");
}

/** Stopped in order first: a store writes what it has not written yet. */
async function removeContainers({ host, containers, networks }: Stray, report: Report): Promise<void> {
  if (containers.length > 0) {
    await host.docker.run("stop", ...containers);
    await host.docker.run("rm", "--force", "--volumes", ...containers);
  }
  if (networks.length > 0) await host.docker.run("network", "rm", ...networks);
  report(`removed ${containers.length} containers and ${networks.length} networks${onHost(host)} that the state does not know`);
}

function aboutSecrets(name: string): string {
  return (
    `Passwords and the CA of ${name} are new, except those that the stack file gives: clients have to log in again, and to trust the new ` +
    "CA as told above."
  );
}
