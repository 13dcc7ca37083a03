import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { ensureS3Server } from "ha-registry-tools";
import type { KeyPair } from "./authority";
import { freePorts } from "./ports";
import { until } from "./waiting";

/** An S3 server on this machine with one empty bucket, which lies in a directory as it is: keys are paths. */
export class S3Server {
  /** Name of its bucket. */
  readonly bucket = "registry-test";
  /** Identifies who asks. */
  readonly accessKey = randomBytes(10).toString("hex");
  /** Signs what is asked. */
  readonly secretKey = randomBytes(24).toString("hex");
  #output = "";

  private constructor(
    /** Port on all addresses of the machine. */
    readonly port: number,
    private readonly directory: string,
  ) {}

  /**
   * Starts a server that speaks TLS.
   *
   * @throws {Error} with what it printed, when it does not come up.
   */
  static async start(certificate: KeyPair): Promise<S3Server> {
    const program = await ensureS3Server(() => undefined);
    const server = new S3Server(await freePorts(1), await mkdtemp(path.join(os.tmpdir(), "s3-server-")));
    await server.#start(program, certificate);
    return server;
  }

  /** Ends the server and removes what it held. */
  async stop(): Promise<void> {
    await this.#end?.();
    await rm(this.directory, { recursive: true, force: true });
  }

  /** Paths of all objects below `prefix`. */
  async objects(prefix: string): Promise<string[]> {
    const root = path.join(this.directory, "buckets", this.bucket, prefix);
    const entries = await readdir(root, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  }

  /** Path of the file that holds a blob. */
  blob(digest: string): string {
    const hex = digest.slice("sha256:".length);
    return path.join(this.directory, "buckets", this.bucket, "docker/registry/v2/blobs/sha256", hex.slice(0, 2), hex, "data");
  }

  /** What the server printed. */
  get output(): string {
    return this.#output;
  }

  #end: (() => Promise<void>) | undefined;

  async #start(program: string, { certificatePem, privateKeyPem }: KeyPair): Promise<void> {
    const at = (name: string): string => path.join(this.directory, name);
    await mkdir(path.join(at("buckets"), this.bucket), { recursive: true });
    await mkdir(at("attributes")); // beside the files: not every file system keeps extended attributes
    await writeFile(at("server.crt"), certificatePem);
    await writeFile(at("server.key"), privateKeyPem, { mode: 0o600 });
    const tls = ["--cert", at("server.crt"), "--key", at("server.key")];
    const child = spawn(program, ["--port", `0.0.0.0:${this.port}`, ...tls, "posix", "--sidecar", at("attributes"), at("buckets")], {
      env: { ...process.env, ROOT_ACCESS_KEY: this.accessKey, ROOT_SECRET_KEY: this.secretKey },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => (this.#output += text));
    const kill = (): boolean => child.kill("SIGKILL");
    process.once("exit", kill);
    this.#end = async () => {
      process.off("exit", kill);
      await end(child);
    };
    await until("the S3 server listens", 60, async () => {
      if (child.exitCode !== null) throw new Error(`it ended: ${this.#output}`);
      return answers(this.port);
    });
  }
}

/** Kills a server, and returns when it is gone. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}

/** Whether something listens on a port of this machine. */
export async function answers(port: number): Promise<boolean> {
  const socket = net.connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
