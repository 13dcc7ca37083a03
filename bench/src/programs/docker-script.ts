import { chmod, chown, mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { docker } from "../../../test/dist/engine/support/docker";
import type { StateResource } from "./child";

/** Inputs of a container, as far as the library sets them. */
interface ContainerInputs {
  name: string;
  image: string;
  entrypoints?: string[];
  command?: string[];
  user?: string;
  envs?: string[];
  labels?: { label: string; value: string }[];
  networkMode?: string;
  networksAdvanced?: { name: string; ipv4Address?: string }[];
  ports?: { internal: number; external: number; ip?: string }[];
  mounts?: { source: string; target: string; readOnly?: boolean }[];
  tmpfs?: Record<string, string>;
  capabilities?: { adds?: string[]; drops?: string[] };
  securityOpts?: string[];
  sysctls?: Record<string, string>;
  ulimits?: { name: string; soft: number; hard: number }[];
  memory?: number;
  memorySwap?: number;
  restart?: string;
  readOnly?: boolean;
  init?: boolean;
  stopSignal?: string;
  logDriver?: string;
  logOpts?: Record<string, string>;
  healthcheck?: { tests: string[]; interval: string; timeout: string; retries: number; startPeriod: string };
  uploads?: Upload[];
  start?: boolean;
  attach?: boolean;
  wait?: boolean;
}

interface Upload {
  file: string;
  content: string;
  owner: string;
  group: string;
}

/** Inputs of a network. */
interface NetworkInputs {
  name: string;
  ipamConfigs: { subnet: string; gateway: string }[];
  labels: { label: string; value: string }[];
}

/** Inputs of a volume. */
interface VolumeInputs {
  name: string;
  labels: { label: string; value: string }[];
}

/** Every input that is turned into an option of `docker run`. */
const translated: Record<keyof ContainerInputs, true> = {
  name: true,
  image: true,
  entrypoints: true,
  command: true,
  user: true,
  envs: true,
  labels: true,
  networkMode: true,
  networksAdvanced: true,
  ports: true,
  mounts: true,
  tmpfs: true,
  capabilities: true,
  securityOpts: true,
  sysctls: true,
  ulimits: true,
  memory: true,
  memorySwap: true,
  restart: true,
  readOnly: true,
  init: true,
  stopSignal: true,
  logDriver: true,
  logOpts: true,
  healthcheck: true,
  uploads: true,
  start: true,
  attach: true,
  wait: true,
};

/** Inputs that tell the provider how to work, and say nothing about the container. */
const forProvider = ["containerReadRefreshTimeoutMilliseconds", "destroyGraceSeconds", "mustRun", "removeVolumes", "waitTimeout"];

const resourceTypes = {
  network: "docker:index/network:Network",
  volume: "docker:index/volume:Volume",
  container: "docker:index/container:Container",
} as const;

/**
 * Makes the networks, volumes and containers of a state by `docker` commands, one after the other, and waits for health where the state
 * says so: what a shell script does that somebody wrote for exactly this deployment. Certificates and passwords are there already.
 *
 * @param resources The state's resources, in an order that keeps dependencies, secrets in plain text.
 * @param directory For the files that are uploaded.
 * @throws {Error} when a container has an input that is not turned into an option here: it would be another container.
 */
export async function runScript(resources: readonly StateResource[], directory: string): Promise<void> {
  for (const { name, labels, ipamConfigs } of inputs<NetworkInputs>(resources, resourceTypes.network)) {
    const range = ipamConfigs.flatMap(({ subnet, gateway }) => ["--subnet", subnet, "--gateway", gateway]);
    await docker.command("network", "create", "--driver", "bridge", ...range, ...labelOptions(labels), name);
  }
  for (const { name, labels } of inputs<VolumeInputs>(resources, resourceTypes.volume)) {
    await docker.command("volume", "create", ...labelOptions(labels), name);
  }
  const names = namesById(resources);
  for (const container of inputs<ContainerInputs>(resources, resourceTypes.container)) {
    await make({ ...container, networkMode: byName(container.networkMode, names) }, directory);
  }
}

/** The state names a container whose network is joined by its id, and a new one has another. */
function byName(networkMode: string | undefined, names: ReadonlyMap<string, string>): string | undefined {
  const name = names.get(networkMode?.replace(/^container:/, "") ?? "");
  return name === undefined ? networkMode : `container:${name}`;
}

function namesById(resources: readonly StateResource[]): Map<string, string> {
  const containers = resources.filter(({ type }) => type === resourceTypes.container);
  return new Map(containers.map(({ id, inputs: { name } = {} }) => [id ?? "", typeof name === "string" ? name : ""]));
}

async function make(container: ContainerInputs, directory: string): Promise<void> {
  const { name, uploads = [], start = true, attach = false, wait = false } = container;
  const unknown = Object.keys(container).filter((input) => !(input in translated) && !forProvider.includes(input));
  if (unknown.length > 0) throw new Error(`the script knows nothing of the inputs ${unknown.join(", ")} of ${name}`);
  const verb = !start ? ["create"] : attach ? ["run"] : ["run", "--detach"];
  await docker.command(...verb, ...options(container));
  if (uploads.length > 0) await upload(name, uploads, path.join(directory, name));
  if (wait) await untilHealthy(name);
}

function options(container: ContainerInputs): string[] {
  const { name, image, entrypoints = [], command = [], labels = [], networksAdvanced = [] } = container;
  const [entrypoint, ...beforeCommand] = entrypoints;
  return [
    ...["--name", name],
    ...labelOptions(labels),
    ...networksAdvanced.flatMap((network) => ["--network", network.name, ...option("--ip", network.ipv4Address)]),
    ...(networksAdvanced.length > 0 ? [] : option("--network", container.networkMode)),
    ...(container.ports ?? []).flatMap(({ ip, external, internal }) => ["--publish", `${ip ?? "0.0.0.0"}:${external}:${internal}`]),
    ...(container.mounts ?? []).flatMap((mount) => ["--mount", mountOption(mount)]),
    ...Object.entries(container.tmpfs ?? {}).flatMap(([target, how]) => ["--tmpfs", `${target}:${how}`]),
    ...limits(container),
    ...healthOptions(container.healthcheck),
    ...option("--user", container.user),
    ...(container.envs ?? []).flatMap((variable) => ["--env", variable]),
    ...option("--restart", container.restart),
    ...(container.init === true ? ["--init"] : []),
    ...option("--stop-signal", container.stopSignal),
    ...option("--log-driver", container.logDriver),
    ...Object.entries(container.logOpts ?? {}).flatMap(([key, value]) => ["--log-opt", `${key}=${value}`]),
    ...option("--entrypoint", entrypoint),
    image,
    ...beforeCommand,
    ...command,
  ];
}

function limits({
  capabilities = {},
  securityOpts = [],
  sysctls = {},
  ulimits = [],
  memory,
  memorySwap,
  readOnly = false,
}: ContainerInputs): string[] {
  return [
    ...(capabilities.drops ?? []).flatMap((capability) => ["--cap-drop", capability]),
    ...(capabilities.adds ?? []).flatMap((capability) => ["--cap-add", capability]),
    ...securityOpts.flatMap((securityOption) => ["--security-opt", securityOption]),
    ...Object.entries(sysctls).flatMap(([key, value]) => ["--sysctl", `${key}=${value}`]),
    ...ulimits.flatMap((limit) => ["--ulimit", `${limit.name}=${limit.soft}:${limit.hard}`]),
    ...option("--memory", memory === undefined ? undefined : `${memory}m`),
    ...option("--memory-swap", memorySwap === undefined ? undefined : `${memorySwap}m`),
    ...(readOnly ? ["--read-only"] : []),
  ];
}

function healthOptions(check: ContainerInputs["healthcheck"]): string[] {
  if (check === undefined) return [];
  const [kind, ...words] = check.tests;
  const command = kind === "CMD-SHELL" ? words.join(" ") : words.map((word) => `'${word}'`).join(" ");
  const times = ["--health-interval", check.interval, "--health-timeout", check.timeout, "--health-start-period", check.startPeriod];
  return ["--health-cmd", command, ...times, "--health-retries", String(check.retries)];
}

function mountOption({ source, target, readOnly = false }: NonNullable<ContainerInputs["mounts"]>[number]): string {
  return `type=volume,source=${source},target=${target}${readOnly ? ",readonly" : ""}`;
}

function labelOptions(labels: readonly { label: string; value: string }[]): string[] {
  return labels.flatMap(({ label, value }) => ["--label", `${label}=${value}`]);
}

function option(name: string, value: string | undefined): string[] {
  return value === undefined ? [] : [name, value];
}

/** Copies files into the volume of a container that does not run, with owner and permissions. */
async function upload(container: string, uploads: readonly Upload[], directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  for (const { file, content, owner, group } of uploads) {
    const copy = path.join(directory, file);
    await mkdir(path.dirname(copy), { recursive: true });
    await writeFile(copy, content);
    await chmod(copy, 0o400);
    await chown(copy, Number(owner), Number(group));
  }
  await docker.command("cp", "--archive", `${directory}/.`, `${container}:/`);
}

/** Asks five times a second, as scripts do. */
async function untilHealthy(name: string): Promise<void> {
  const health = async () => (await docker.command("inspect", "--format", "{{.State.Health.Status}}", name)).trim();
  for (const end = Date.now() + 60_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 200))) {
    if ((await health()) === "healthy") return;
  }
  throw new Error(`${name} is not healthy after a minute`);
}

function inputs<T>(resources: readonly StateResource[], type: string): T[] {
  return resources.filter((resource) => resource.type === type).map((resource) => plain(resource.inputs) as T);
}

/** Key under which Pulumi marks values that are no plain data, and the mark of secrets. */
const [signatureKey, secretSignature] = ["4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"];

/** A value of the state without the wrapping of secrets and without Pulumi's own fields. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  const fields = Object.fromEntries(entries);
  if (fields[signatureKey] === secretSignature && typeof fields["plaintext"] === "string") return plain(JSON.parse(fields["plaintext"]));
  return Object.fromEntries(entries.filter(([key]) => key !== "__defaults").map(([key, inner]) => [key, plain(inner)]));
}
