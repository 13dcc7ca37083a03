import { ports, renderTaskScript, renderTracingEnvironment, statisticsPortVariable, taskPath, taskVariable, users } from "ha-registry-core";
import type { AwsTopology } from "ha-registry-core";
import type { SecretVariable } from "./task-files";

/** Files of a container. */
export interface ContainerFiles {
  /** Those that are no secrets, by name. */
  plain: Record<string, string>;
  /** Names of those that are. */
  secretNames: string[];
  /** How the container gets at them. */
  secrets: SecretVariable[];
}

/** What the containers of a task are made of. */
export interface TaskParts {
  /** The resolved registry, with the addresses of its parts. */
  topology: AwsTopology;
  /** Files of the registry, its configuration `config.yml` among them. */
  registry: ContainerFiles;
  /** Files of HAProxy, its configuration `haproxy.cfg` and the script `balancer.sh` among them. */
  haproxy: ContainerFiles;
  /** Log group of the tasks. */
  logGroup: string;
}

/** Longest that Fargate waits between telling a container to stop and ending it, seconds (ECS API reference, `stopTimeout`). */
const longestStopSeconds = 120;

/**
 * The containers of a task, as ECS reads them: a registry, and an HAProxy before it that starts when the registry is healthy, and stops before it. Neither is root, neither can
 * write anywhere but into memory, and neither has any capability of the kernel's.
 */
export function renderContainers(parts: TaskParts): string {
  return JSON.stringify([registryContainer(parts), haproxyContainer(parts)]);
}

function registryContainer(parts: TaskParts) {
  const { topology, registry } = parts;
  const { images, node } = topology;
  return {
    ...container(parts, "registry", images.registry, users.registry, node.memoryMiB, node.cpus),
    command: [scriptOf(registry, ["registry", "serve", taskPath("config.yml")])],
    environment: environment({ ...renderTracingEnvironment(topology), ...variablesOf(registry.plain) }),
    secrets: registry.secrets,
    healthCheck: healthCheck(`http://127.0.0.1:${node.debugPort}/debug/health`),
  };
}

function haproxyContainer(parts: TaskParts) {
  const { topology, haproxy } = parts;
  const { images, loadBalancer, nodes } = topology;
  return {
    ...container(parts, "haproxy", images.haproxy, users.haproxy, loadBalancer.memoryMiB, loadBalancer.cpus),
    command: [scriptOf(haproxy, ["sh", taskPath("balancer.sh"), taskPath("haproxy.cfg")])],
    dependsOn: [{ containerName: "registry", condition: "HEALTHY" }],
    environment: environment({ [statisticsPortVariable]: String(ports.statistics), ...variablesOf(haproxy.plain) }),
    secrets: haproxy.secrets,
    healthCheck: healthCheck(`http://127.0.0.1:${ports.statistics}/healthz`),
    portMappings: [nodes.balancerPort, ports.statistics].map((port) => ({ containerPort: port, hostPort: port, protocol: "tcp" })),
    ...openFiles(loadBalancer.maxConnections),
  };
}

/** What Fargate lets a process open where nothing is said (ECS developer guide, `ulimits`). */
const openFilesOfFargate = 65_535;

/** Two connections for each that HAProxy accepts, and some for itself. */
function openFiles(connections: number) {
  const needed = connections * 2 + 1000;
  return needed <= openFilesOfFargate ? {} : { ulimits: [{ name: "nofile", softLimit: needed, hardLimit: needed }] };
}

/** What holds for every container. */
function container(
  { topology, logGroup }: TaskParts,
  name: string,
  image: string,
  user: number,
  memoryMiB: number,
  cpus: number | undefined,
) {
  const { region, node, nodes } = topology;
  return {
    name,
    image,
    essential: true,
    user: `${user}`,
    memory: memoryMiB,
    ...(cpus === undefined ? {} : { cpu: Math.round(cpus * 1024) }),
    readonlyRootFilesystem: true,
    linuxParameters: { capabilities: { drop: ["ALL"] } },
    entryPoint: ["sh", "-c"],
    stopTimeout: Math.min(node.drainSeconds + 10, longestStopSeconds),
    ...(nodes.imageCredentialsArn === undefined ? {} : { repositoryCredentials: { credentialsParameter: nodes.imageCredentialsArn } }),
    logConfiguration: {
      logDriver: "awslogs",
      options: {
        "awslogs-group": logGroup,
        "awslogs-region": region,
        "awslogs-stream-prefix": name,
        mode: "non-blocking", // a log that is away must not stop pulls
        "max-buffer-size": "25m",
      },
    },
  };
}

function healthCheck(url: string) {
  return { command: ["CMD-SHELL", `wget -q -T 3 -O /dev/null ${url}`], interval: 5, timeout: 5, retries: 3, startPeriod: 60 };
}

/** Puts the files where the program looks for them, and becomes it. */
function scriptOf({ plain, secretNames }: ContainerFiles, command: readonly string[]): string {
  return renderTaskScript([...secretNames, ...Object.keys(plain).sort()], command);
}

function variablesOf(files: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [taskVariable(name), text]));
}

function environment(values: Record<string, string>): { name: string; value: string }[] {
  return Object.entries(values)
    .map(([name, value]) => ({ name, value }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
