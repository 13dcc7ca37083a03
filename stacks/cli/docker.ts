import type { DockerCli } from "ha-registry-tools";

/** A container as `docker ps` shows it. */
export interface Container {
  /** Name. */
  name: string;
  /** `created`, `running`, `restarting`, `exited`, … */
  state: string;
  /** The same for people, with health and exit code, as `Up 2 minutes (unhealthy)`. */
  status: string;
  /** Stack that it belongs to; empty for a container of somebody else's. */
  stack: string;
  /** Ports of the host that it holds. */
  ports: number[];
}

/** Version of the kernel that a Docker Engine runs on, as `6.1.0-37-amd64`. */
export async function dockerKernel(docker: DockerCli): Promise<string> {
  return (await docker.ask("info", "--format", "{{.KernelVersion}}")).trim();
}

/** Every container of a Docker Engine, running or not. */
export async function listContainers(docker: DockerCli): Promise<Container[]> {
  const fields = ["{{.Names}}", "{{.State}}", "{{.Status}}", '{{.Label "ha-registry"}}', "{{.Ports}}"];
  const output = await docker.ask("ps", "--all", "--no-trunc", "--format", fields.join("\t"));
  return output.split("\n").flatMap((line) => {
    const [name, state, status, stack = "", ports = ""] = line.split("\t");
    if (name === undefined || state === undefined || status === undefined) return [];
    return [{ name, state, status, stack, ports: publishedPorts(ports) }];
  });
}

/** `0.0.0.0:5000->5000/tcp, :::8404-8405->8404-8405/tcp` holds 5000, 8404 and 8405. */
export function publishedPorts(text: string): number[] {
  const ranges = text.matchAll(/:(\d+)(?:-(\d+))?->/g);
  const ports = [...ranges].flatMap(([, first, last]) => {
    const from = Number(first);
    return Array.from({ length: Number(last ?? first) - from + 1 }, (_, index) => from + index);
  });
  return [...new Set(ports)];
}

/** The last lines that a container wrote, of both streams; empty when Docker has none. */
export async function logTail(docker: DockerCli, container: string, count: number): Promise<string[]> {
  const { stdout, stderr } = await docker.attempt("logs", "--tail", String(count), container);
  return `${stdout}${stderr}`.split("\n").filter((line) => line.trim() !== "");
}
