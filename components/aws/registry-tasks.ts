import type * as pulumi from "@pulumi/pulumi";
import {
  ports,
  renderBalancerScript,
  renderTaskScript,
  renderTracingEnvironment,
  statisticsPortVariable,
  taskPath,
  taskVariable,
  users,
} from "ha-registry-core";
import type { AwsTopology } from "ha-registry-core";
import type { SecretVariable } from "./task-files";

/** What the containers of a task are made of. */
export interface TaskParts {
  /** The resolved registry, with the addresses of its parts. */
  topology: AwsTopology;
  /** Files of the registry that are no secrets, by name. */
  registryFiles: Record<string, string>;
  /** Secret files of the registry. */
  registrySecrets: SecretVariable[];
  /** Files of HAProxy that are no secrets, beside its configuration, by name. */
  haproxyFiles: Record<string, string>;
  /** HAProxy's configuration. */
  haproxyConfig: string;
  /** Secret files of HAProxy. */
  haproxySecrets: SecretVariable[];
  /** Names of all files of the registry, secret ones among them. */
  registryFileNames: string[];
  /** Names of all files of HAProxy. */
  haproxyFileNames: string[];
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
  const { topology, registryFiles, registrySecrets, registryFileNames } = parts;
  const { images, node } = topology;
  return {
    ...container(parts, "registry", images.registry, users.registry, node.memoryMiB, node.cpus),
    command: [renderTaskScript(registryFileNames, ["registry", "serve", taskPath("config.yml")])],
    environment: environment({ ...renderTracingEnvironment(topology), ...variablesOf(registryFiles) }),
    secrets: registrySecrets,
    healthCheck: healthCheck(`http://127.0.0.1:${node.debugPort}/debug/health`),
  };
}

function haproxyContainer(parts: TaskParts) {
  const { topology, haproxyConfig, haproxySecrets, haproxyFileNames } = parts;
  const { images, loadBalancer, nodes } = topology;
  const files = { "balancer.sh": renderBalancerScript(), "haproxy.cfg": haproxyConfig, ...parts.haproxyFiles };
  return {
    ...container(parts, "haproxy", images.haproxy, users.haproxy, loadBalancer.memoryMiB, loadBalancer.cpus),
    command: [renderTaskScript(haproxyFileNames, ["sh", taskPath("balancer.sh"), taskPath("haproxy.cfg")])],
    dependsOn: [{ containerName: "registry", condition: "HEALTHY" }],
    environment: environment({ [statisticsPortVariable]: String(ports.statistics), ...variablesOf(files) }),
    secrets: haproxySecrets,
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

function variablesOf(files: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [taskVariable(name), text]));
}

function environment(values: Record<string, string>): { name: string; value: string }[] {
  return Object.entries(values)
    .map(([name, value]) => ({ name, value }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The entries of `inputs` that are given. */
export function present(inputs: Record<string, pulumi.Input<string> | undefined>): Record<string, pulumi.Input<string>> {
  return Object.fromEntries(Object.entries(inputs).filter((entry): entry is [string, pulumi.Input<string>] => entry[1] !== undefined));
}
