import { parseReference } from "ha-registry-core";
import { Role, roleOfProgram, type Judged } from "ha-registry-policy-common";

/** Type token of containers. */
export const containerType = "docker:index/container:Container";

/** What policies ask of a container, as the Docker provider has it. */
export interface Container {
  name: string;
  image: string;
  entrypoints: string[];
  command: string[];
  envs: string[];
  user: string;
  start: boolean;
  mustRun: boolean;
  readOnly: boolean;
  privileged: boolean;
  capabilities: { adds?: string[]; drops?: string[] };
  securityOpts: string[];
  memory: number;
  restart: string;
  healthcheck: { tests?: string[] };
  logDriver: string;
  logOpts: Record<string, string>;
  destroyGraceSeconds: number;
  networkMode: string;
  pidMode: string;
  ipcMode: string;
  usernsMode: string;
  ports: { internal?: number; external?: number; ip?: string; protocol?: string }[];
  mounts: { type?: string; source?: string; target?: string; readOnly?: boolean }[];
  volumes: { hostPath?: string; containerPath?: string; volumeName?: string }[];
  uploads: { file?: string; content?: string }[];
  labels: { label?: string; value?: string }[];
}

export { Role };

/** A container of a plan. */
export type JudgedContainer = Judged<Container>;

/**
 * What this library calls its parts in the label `ha-registry.part`: images may be known by an ID alone, and some are used for more than one thing. A part that
 * is not here is told by its image.
 */
const parts: Readonly<Record<string, Role | undefined>> = {
  node: Role.Registry,
  haproxy: Role.Balancer,
  balancer: undefined, // holds the balancers' network open
  redis: Role.Redis,
  sentinel: Role.Sentinel,
  "object-store": Role.ObjectStore,
  "garbage-collection": undefined,
  audit: Role.LogCollector,
  backup: Role.Backup,
};

/** Name of the image alone, as `registry` of `corp.example/mirror/registry:3.1.2`; undefined for an image ID. */
export function imageName({ properties }: JudgedContainer): string | undefined {
  return properties.image === undefined ? undefined : parseReference(properties.image)?.repository?.split("/").at(-1);
}

/** Whether a container runs for as long as it is there; others run once, or only hold files. */
export function isService({ properties: { start = true, mustRun = true } }: JudgedContainer): boolean {
  return start && mustRun;
}

/**
 * What a container that runs for long is for: by its image, or where that tells nothing by its command, its environment and its mounts.
 *
 * @returns undefined for one that runs once or only holds files, and for everything else.
 */
export function roleOf(container: JudgedContainer): Role | undefined {
  if (!isService(container)) return undefined;
  const part = labelOf(container, "ha-registry.part");
  if (part !== undefined && Object.hasOwn(parts, part)) return parts[part];
  const role = roleByContent(container);
  // The HAProxys of monitoring are there for Prometheus alone.
  return part === "monitoring" && role !== Role.Alerting ? undefined : role;
}

/** What a container that runs for long is for, whatever its labels say. */
function roleByContent(container: JudgedContainer): Role | undefined {
  return roleOfProgram({
    image: imageName(container),
    words: commandOf(container),
    environment: container.properties.envs ?? [],
    targets: mountsOf(container).map(({ target }) => target),
  });
}

/** Entry point and command, as far as they are known. */
export function commandOf({ properties }: JudgedContainer): string[] {
  return [...(properties.entrypoints ?? []), ...(properties.command ?? [])];
}

/** Value of a label; undefined where it has none. */
export function labelOf({ properties }: JudgedContainer, name: string): string | undefined {
  return properties.labels?.find(({ label }) => label === name)?.value;
}

/** Where something is mounted, and what: a path of the host or the name of a volume. */
export interface Mount {
  source: string;
  target: string;
}

/** Everything that a container has mounted, whichever way it is written. */
export function mountsOf({ properties }: JudgedContainer): Mount[] {
  return [
    ...(properties.mounts ?? []).map(({ source = "", target = "" }) => ({ source, target })),
    ...(properties.volumes ?? []).map(({ hostPath, volumeName, containerPath = "" }) => ({
      source: hostPath ?? volumeName ?? "",
      target: containerPath,
    })),
  ];
}

/** The containers of a stack that have a role. */
export function withRole(containers: readonly JudgedContainer[], role: Role): JudgedContainer[] {
  return containers.filter((container) => roleOf(container) === role);
}

/** Whether a port is open on all addresses of its host. */
export function isOnAllAddresses(ip: string | undefined): boolean {
  return ip === undefined || ip === "" || ip === "0.0.0.0" || ip === "::" || ip === "[::]";
}

/** Whether a port is open to others than the host itself. */
export function isReachable(ip: string | undefined): boolean {
  return ip === undefined || !(ip.startsWith("127.") || ip === "::1" || ip === "[::1]");
}
