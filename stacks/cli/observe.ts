import { probe, type DockerCli } from "ha-registry-tools";
import type { Host } from "./hosts";

/** A long-running container as Docker tells of it. */
export interface FoundContainer {
  /** Name. */
  name: string;
  /** The part that it belongs to, as `node`. */
  part: string;
  /** `running`, `restarting`, `exited`, … */
  state: string;
  /** `healthy`, `unhealthy`, `starting`; empty where it has no check. */
  health: string;
  /** How it ended last; 0 while it runs. */
  exitCode: number;
  /** How often Docker has started it again. */
  restarts: number;
  /** Whether the kernel ended it last for want of memory. */
  outOfMemory: boolean;
  /** Image that it was made of, as it was named. */
  image: string;
  /** When it was started last, ISO 8601. */
  since: string;
  /** Arguments of its entry point. */
  command: string[];
  /** How large its log may become, bytes; absent where nothing bounds it. */
  logLimitBytes?: number;
}

/** What was found on a host. */
export interface FoundHost {
  /** Name; empty where there is but one host. */
  name: string;
  docker: DockerCli;
  /** Why it does not answer; absent when it does. */
  failure?: string;
  /** The long-running containers of the registry: those that Docker keeps running. */
  containers: FoundContainer[];
  /** How far its clock is ahead of this machine's, seconds, as far as that is certain. */
  clockAheadSeconds?: number;
}

/** What `docker container inspect` prints, as far as it is needed here. */
interface Inspected {
  Name: string;
  RestartCount: number;
  State: { Status: string; ExitCode: number; OOMKilled: boolean; StartedAt: string; Health?: { Status: string } };
  Config: { Image: string; Cmd: string[] | null; Labels: Record<string, string> | null };
  HostConfig: { RestartPolicy: { Name: string }; LogConfig: { Type: string; Config: Record<string, string> | null } };
}

/** Looks at what runs of a registry on its hosts. A host that does not answer is told, and holds up nothing. */
export async function observe(name: string, hosts: readonly Host[]): Promise<FoundHost[]> {
  return Promise.all(
    hosts.map(async ({ name: host, docker }) => {
      const failure = await probe(docker);
      if (failure !== undefined) return { name: host, docker, failure, containers: [] };
      const [containers, clockAheadSeconds] = await Promise.all([findContainers(name, docker), clockAhead(docker)]);
      return { name: host, docker, containers, clockAheadSeconds };
    }),
  );
}

async function findContainers(name: string, docker: DockerCli): Promise<FoundContainer[]> {
  const ids = (await docker.ask("ps", "--all", "--quiet", "--no-trunc", "--filter", `label=ha-registry=${name}`))
    .split("\n")
    .filter(Boolean);
  if (ids.length === 0) return [];
  // One that goes meanwhile makes the command fail; it still tells of the others.
  const { stdout } = await docker.attempt("container", "inspect", ...ids);
  return (JSON.parse(stdout) as Inspected[]).filter(isService).map(toFound);
}

/** Others only carry files, or do one thing and end. */
function isService({ HostConfig }: Inspected): boolean {
  return !["", "no"].includes(HostConfig.RestartPolicy.Name);
}

function toFound({ Name, RestartCount, State, Config, HostConfig }: Inspected): FoundContainer {
  const logLimitBytes = logLimit(HostConfig.LogConfig);
  return {
    name: Name.replace(/^\//, ""),
    part: Config.Labels?.["ha-registry.part"] ?? "",
    state: State.Status,
    health: State.Status === "running" ? (State.Health?.Status ?? "") : "",
    exitCode: State.ExitCode,
    restarts: RestartCount,
    outOfMemory: State.OOMKilled,
    image: Config.Image,
    since: State.StartedAt,
    command: Config.Cmd ?? [],
    ...(logLimitBytes === undefined ? {} : { logLimitBytes }),
  };
}

/** What the rotation of a log amounts to, as `{ max-size: 50m, max-file: 5 }`; undefined where nothing bounds it. */
function logLimit({ Type, Config }: Inspected["HostConfig"]["LogConfig"]): number | undefined {
  if (Type !== "json-file") return 0; // others keep nothing in files of their own
  const [, size, unit = ""] = /^(\d+)([kmg]?)$/i.exec(Config?.["max-size"] ?? "") ?? [];
  if (size === undefined) return undefined;
  return Number(size) * 1024 ** " kmg".indexOf(unit.toLowerCase() || " ") * Number(Config?.["max-file"] ?? 1);
}

/** The question takes a while, and when in that while the clock was read is not known: so much is taken off. */
async function clockAhead(docker: DockerCli): Promise<number> {
  const before = Date.now();
  const told = Date.parse((await docker.ask("info", "--format", "{{.SystemTime}}")).trim());
  const after = Date.now();
  const [ahead, doubt] = [(told - (before + after) / 2) / 1000, (after - before) / 2000];
  return Math.sign(ahead) * Math.max(0, Math.abs(ahead) - doubt);
}
