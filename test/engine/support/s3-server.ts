import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { ensureS3Server } from "ha-registry-tools";
import { makeAuthority, makeServerCertificate, type KeyPair } from "./authority";
import { freePorts } from "./ports";
import { ServerProcess } from "./server-process";

/** An S3 server on this machine with one empty bucket, which lies in a directory as it is: keys are paths. */
export class S3Server {
  /** Name of its bucket. */
  readonly bucket = "registry-test";
  /** Identifies who asks. */
  readonly accessKey = randomBytes(10).toString("hex");
  /** Signs what is asked. */
  readonly secretKey = randomBytes(24).toString("hex");
  #process: ServerProcess | undefined;

  private constructor(
    /** URL at the address that it was started for; it listens on all addresses of the machine. */
    readonly endpoint: string,
    /** CA of its certificate. */
    readonly caPem: string,
    private readonly directory: string,
  ) {}

  /**
   * Starts a server that speaks TLS, with a certificate from a CA of its own.
   *
   * @param address IP address at which it is to be reached.
   * @throws {Error} with what it printed, when it does not come up.
   */
  static async start(address: string): Promise<S3Server> {
    const program = await ensureS3Server(() => undefined);
    const authority = await makeAuthority("store CA");
    const port = await freePorts(1);
    const directory = await mkdtemp(path.join(os.tmpdir(), "s3-server-"));
    const server = new S3Server(`https://${address}:${port}`, authority.certificatePem, directory);
    await server.#start(program, port, await makeServerCertificate(authority, [`IP:${address}`]));
    return server;
  }

  /** Ends the server and removes what it held. */
  async stop(): Promise<void> {
    await this.#process?.end();
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
    return this.#process?.output ?? "";
  }

  async #start(program: string, port: number, { certificatePem, privateKeyPem }: KeyPair): Promise<void> {
    const at = (name: string): string => path.join(this.directory, name);
    await mkdir(path.join(at("buckets"), this.bucket), { recursive: true });
    await mkdir(at("attributes")); // beside the files: not every file system keeps extended attributes
    await writeFile(at("server.crt"), certificatePem);
    await writeFile(at("server.key"), privateKeyPem, { mode: 0o600 });
    const tls = ["--cert", at("server.crt"), "--key", at("server.key")];
    this.#process = await ServerProcess.start({
      name: "the S3 server",
      program,
      args: ["--port", `0.0.0.0:${port}`, ...tls, "posix", "--sidecar", at("attributes"), at("buckets")],
      environment: { ROOT_ACCESS_KEY: this.accessKey, ROOT_SECRET_KEY: this.secretKey },
      port,
    });
  }
}
