import { Registry } from "ha-registry-aws";
import type { RegistryArgs } from "ha-registry-aws";
import { ImageName } from "ha-registry-core";
import { ensureImages } from "ha-registry-tools";
import { record, valueOf } from "../../components/support/mocks";
import type { KeyPair } from "./authority";
import { docker } from "./docker";
import { until } from "./waiting";

/** Label of everything here. */
const label = "ha-registry-test=aws-task";

/** A container of a task, as far as it can be run here. */
interface ContainerDefinition {
  name: string;
  image: string;
  user: string;
  memory: number;
  readonlyRootFilesystem: boolean;
  entryPoint: string[];
  command: string[];
  environment: { name: string; value: string }[];
  secrets: { name: string; valueFrom: string }[];
  linuxParameters: { capabilities: { drop: string[] } };
  healthCheck: { command: string[] };
  stopTimeout: number;
  ulimits?: { name: string; softLimit: number; hardLimit: number }[];
}

/** What stands before the tasks, as a Network Load Balancer does: it ends TLS, and speaks TLS with a task, which it tells the client's address. */
const balancerConfig = `
defaults
  mode tcp
  timeout connect 5s
  timeout client 300s
  timeout server 300s
listen clients
  bind :8443 ssl crt /dev/shm/server.pem
  server task 127.0.0.1:5443 ssl verify none send-proxy-v2
`;

/**
 * A task of the nodes, as its definition has it: each container with its own image, user, command, variables and limits, in the network of the first, as Fargate runs
 * them. In front of it is what does as a Network Load Balancer does.
 */
export class AwsTask {
  private constructor(
    readonly name: string,
    private readonly containers: readonly ContainerDefinition[],
    /** Login of the user `admin`. */
    readonly credentials: { username: string; password: string },
  ) {}

  /**
   * Starts it, in the order of its definition, and waits until it is healthy.
   *
   * @param inner Certificate between the load balancer and HAProxy; the mocks' own can be read by nobody.
   * @param shown Certificate of the load balancer.
   */
  static async start(name: string, args: RegistryArgs, inner: KeyPair, shown: KeyPair): Promise<AwsTask> {
    const recording = await record(() => new Registry("task", args));
    const definition = recording.get("TaskDefinition", "task-nodes").inputs;
    const containers = JSON.parse(String(definition["containerDefinitions"])) as ContainerDefinition[];
    const secrets = Object.assign(
      {},
      ...recording.all("SecretVersion").map(({ inputs }) => JSON.parse(String(inputs["secretString"])) as object),
      { HA_REGISTRY_FILE_BALANCER_PEM: inner.certificatePem + inner.privateKeyPem },
    ) as Record<string, string>;
    const task = new AwsTask(name, containers, await valueOf(recording.result.credentials));
    try {
      await task.#start(secrets, shown);
      return task;
    } catch (error) {
      await task.remove();
      throw error;
    }
  }

  async #start(secrets: Record<string, string>, shown: KeyPair): Promise<void> {
    const images = await ensureImages({ names: [ImageName.Registry, ImageName.Haproxy] });
    const references = new Map(images.map(({ name, reference }) => [name as string, reference]));
    await docker.command("network", "create", "--label", label, this.name);
    for (const [index, container] of this.containers.entries()) {
      const network =
        index === 0
          ? ["--network", this.name, "--publish", "127.0.0.1::8443", "--publish", "127.0.0.1::8404"]
          : ["--network", `container:${this.of("registry")}`];
      await docker.command(
        ...["run", "--detach", "--name", this.of(container.name), "--label", label, ...network, ...optionsOf(container, secrets)],
        ...[references.get(container.name) ?? "", ...container.entryPoint.slice(1), ...container.command],
      );
      await this.untilHealthy(container.name);
    }
    const front = this.of("front");
    const variables = ["--env", `PEM=${shown.certificatePem}${shown.privateKeyPem}`, "--env", `CONFIG=${balancerConfig}`];
    const script =
      'printf "%s" "$PEM" > /dev/shm/server.pem; printf "%s" "$CONFIG" > /dev/shm/front.cfg; exec haproxy -db -f /dev/shm/front.cfg';
    await docker.command(
      ...["run", "--detach", "--name", front, "--label", label, "--network", `container:${this.of("registry")}`, ...variables],
      ...["--entrypoint", "sh", references.get("haproxy") ?? "", "-c", script],
    );
  }

  /** Name of the container in Docker of one of the task. */
  of(container: string): string {
    return `${this.name}-${container}`;
  }

  /** `127.0.0.1:port` of the load balancer. */
  authority(): Promise<string> {
    return this.#published(8443);
  }

  /** Status with which HAProxy answers the load balancer's health check. */
  async health(): Promise<number> {
    return (await fetch(`http://${await this.#published(8404)}/healthz`)).status;
  }

  /** Waits until a container's own health check succeeds, as ECS does. */
  async untilHealthy(name: string): Promise<void> {
    const [, command = ""] = this.containers.find((container) => container.name === name)?.healthCheck.command ?? [];
    await until(`${name} is healthy`, 60, () =>
      docker.command("exec", this.of(name), "sh", "-c", command).then(
        () => true,
        () => false,
      ),
    );
  }

  /** What stands in the environment of a container's first process. */
  environmentOf(name: string): Promise<string> {
    return docker.command("exec", this.of(name), "sh", "-c", "tr '\\0' '\\n' < /proc/1/environ");
  }

  /** Tells a container to stop, as ECS does, and waits until it has. */
  async stop(name: string): Promise<void> {
    const { stopTimeout = 30 } = this.containers.find((container) => container.name === name) ?? {};
    await docker.command("stop", "--time", String(stopTimeout), this.of(name));
  }

  /** Removes all of it. */
  async remove(): Promise<void> {
    for (const name of ["front", "haproxy", "registry"])
      await docker.command("rm", "--force", "--volumes", this.of(name)).catch(() => undefined);
    await docker.command("network", "rm", this.name).catch(() => undefined);
  }

  async #published(port: number): Promise<string> {
    const [address = ""] = (await docker.command("port", this.of("registry"), `${port}/tcp`)).trim().split("\n");
    return address;
  }
}

function optionsOf(container: ContainerDefinition, secrets: Record<string, string>): string[] {
  const { environment, linuxParameters, ulimits = [] } = container;
  const variables = [...environment, ...container.secrets.map(({ name }) => ({ name, value: secrets[name] ?? "" }))];
  return [
    ...["--user", container.user, "--memory", `${container.memory}m`, "--entrypoint", container.entryPoint[0] ?? ""],
    ...(container.readonlyRootFilesystem ? ["--read-only"] : []),
    ...linuxParameters.capabilities.drop.flatMap((capability) => ["--cap-drop", capability]),
    ...ulimits.flatMap(({ name, softLimit, hardLimit }) => ["--ulimit", `${name}=${softLimit}:${hardLimit}`]),
    ...variables.flatMap(({ name, value }) => ["--env", `${name}=${value}`]),
  ];
}
