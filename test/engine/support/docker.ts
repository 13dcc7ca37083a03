import { runProgram } from "./program";
import { until } from "./waiting";

/** What `docker inspect` tells of a container, as far as tests read it. */
export interface ContainerFacts {
  Id: string;
  Name: string;
  Created: string;
  RestartCount: number;
  State: { Status: string; Running: boolean; Pid: number; StartedAt: string; ExitCode: number; Health?: { Status: string } };
  Config: { Image: string; Env: string[] | null; Cmd: string[] | null; Labels: Record<string, string> };
  NetworkSettings: { Networks: Record<string, { IPAddress: string }> };
}

/** A Docker Engine, spoken to through the command line. */
export class Docker {
  readonly #environment: NodeJS.ProcessEnv;

  /** @param host Socket of the engine, as `unix:///run/other.sock`. @default the machine's own engine */
  constructor(host?: string) {
    this.#environment = host === undefined ? process.env : { ...process.env, DOCKER_HOST: host };
  }

  /**
   * Runs `docker` and returns its standard output.
   *
   * @throws {Error} with standard error in it when docker fails.
   */
  async command(...args: string[]): Promise<string> {
    return (await runProgram("docker", args, { environment: this.#environment })).stdout;
  }

  /** Facts of the container `name`. */
  async inspect(name: string): Promise<ContainerFacts> {
    const [facts] = JSON.parse(await this.command("container", "inspect", name)) as ContainerFacts[];
    if (facts === undefined) throw new Error(`docker knows no container ${name}`);
    return facts;
  }

  /** Everything that `docker inspect` prints of all containers of the stack, as text. */
  async inspectAll(stack: string): Promise<string> {
    const ids = await this.containers(stack);
    return ids.length === 0 ? "[]" : this.command("container", "inspect", ...ids);
  }

  /** Process id of the container's main process on the host. */
  async hostPid(name: string): Promise<number> {
    const { Pid } = (await this.inspect(name)).State;
    if (Pid === 0) throw new Error(`${name} has no process: it is not running`);
    return Pid;
  }

  /**
   * Kills the main process of a container as a crash on the host would, and waits until Docker has started it again and finds it healthy.
   *
   * @returns when it was killed, milliseconds since 1970.
   */
  async crash(name: string, seconds: number): Promise<number> {
    const pid = await this.hostPid(name);
    process.kill(pid, "SIGKILL");
    const killed = Date.now();
    await until(`${name} is started again`, seconds, async () => ![0, pid].includes((await this.inspect(name)).State.Pid));
    await this.untilHealthy(name, seconds);
    return killed;
  }

  /** Standard output and standard error of a container so far. */
  async logs(name: string, ...options: string[]): Promise<string> {
    const { stdout, stderr } = await runProgram("docker", ["logs", ...options, name], { environment: this.#environment });
    return stdout + stderr;
  }

  /** Ids of the stack's containers, stopped ones too. */
  async containers(stack: string): Promise<string[]> {
    return words(await this.command("ps", "--all", "--quiet", "--no-trunc", "--filter", label(stack)));
  }

  /** Names of the stack's containers that run. */
  async runningNames(stack: string): Promise<string[]> {
    return words(await this.command("ps", "--filter", label(stack), "--format", "{{.Names}}")).sort();
  }

  /** Names of everything that carries the stack's label: containers, networks, volumes. */
  async leftovers(stack: string): Promise<string[]> {
    const containers = await this.command("ps", "--all", "--filter", label(stack), "--format", "container {{.Names}}");
    const networks = await this.command("network", "ls", "--filter", label(stack), "--format", "network {{.Name}}");
    const volumes = await this.command("volume", "ls", "--filter", label(stack), "--format", "volume {{.Name}}");
    return [containers, networks, volumes].flatMap((text) => text.split("\n")).filter((line) => line !== "");
  }

  /** Removes everything that carries the stack's label, whatever Pulumi knows of it. A busy Docker may need several attempts. */
  async removeLeftovers(stack: string): Promise<void> {
    await until(`nothing of ${stack} is left`, 120, async () => {
      await this.#remove(stack);
      return (await this.leftovers(stack)).length === 0;
    });
  }

  async #remove(stack: string): Promise<void> {
    const containers = await this.containers(stack);
    if (containers.length > 0) await this.command("rm", "--force", "--volumes", ...containers);
    const networks = words(await this.command("network", "ls", "--quiet", "--filter", label(stack)));
    if (networks.length > 0) await this.command("network", "rm", ...networks);
    const volumes = words(await this.command("volume", "ls", "--quiet", "--filter", label(stack)));
    if (volumes.length > 0) await this.command("volume", "rm", "--force", ...volumes);
  }

  /** Waits until the container runs and, where it has a health check, is healthy. */
  async untilHealthy(name: string, seconds: number): Promise<void> {
    await until(`${name} runs and is healthy`, seconds, async () => {
      const { State } = await this.inspect(name);
      return State.Running && (State.Health === undefined || State.Health.Status === "healthy");
    });
  }

  /** Names of containers of the stack that should run (their restart policy says so) and do not, or are unhealthy, each with its state. */
  async broken(stack: string): Promise<string[]> {
    const format =
      "{{.Name}} {{.HostConfig.RestartPolicy.Name}} {{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{else}}healthy{{end}}";
    const ids = await this.containers(stack);
    const lines = ids.length === 0 ? [] : (await this.command("inspect", "--format", format, ...ids)).trim().split("\n");
    return lines.filter((line) => {
      const [, policy, status, health] = line.split(" ");
      return policy === "unless-stopped" && (status !== "running" || health !== "healthy");
    });
  }
}

/** The machine's own Docker Engine. */
export const docker = new Docker();

function label(stack: string): string {
  return `label=ha-registry=${stack}`;
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}
