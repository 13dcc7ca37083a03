import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import net from "node:net";
import { until } from "./waiting";

/** What is run. */
export interface ServerPlan {
  /** Name for messages, as `MinIO`. */
  name: string;
  program: string;
  args: readonly string[];
  /** Variables beside those of this process. @default - none */
  environment?: Record<string, string>;
  /** Port at which it listens when it is up. */
  port: number;
  /** Address at which it does. @default "127.0.0.1" */
  address?: string;
  /** How long it may take until then, seconds. @default 60 */
  seconds?: number;
}

/** A server that is a process of this machine. It ends with this process at the latest. */
export class ServerProcess {
  #output = "";
  readonly #kill: () => void;

  private constructor(private readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr]) stream?.setEncoding("utf8").on("data", (text: string) => (this.#output += text));
    this.#kill = () => child.kill("SIGKILL");
    process.once("exit", this.#kill);
  }

  /**
   * Starts a server, and returns when it listens.
   *
   * @throws {Error} with what it printed, when it does not come up.
   */
  static async start({ name, program, args, environment, port, address = "127.0.0.1", seconds = 60 }: ServerPlan): Promise<ServerProcess> {
    const child = spawn(program, args, { env: { ...process.env, ...environment }, stdio: ["ignore", "pipe", "pipe"] });
    const server = new ServerProcess(child);
    try {
      await until(`${name} listens`, seconds, async () => {
        if (child.exitCode !== null) throw new Error(`it ended: ${server.output}`);
        return answers(port, address);
      });
    } catch (error) {
      await server.end();
      throw error;
    }
    return server;
  }

  /** What it printed. */
  get output(): string {
    return this.#output;
  }

  /** Kills it, and returns when it is gone. */
  async end(): Promise<void> {
    process.off("exit", this.#kill);
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await ended;
  }
}

async function answers(port: number, address: string): Promise<boolean> {
  const socket = net.connect(port, address);
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
