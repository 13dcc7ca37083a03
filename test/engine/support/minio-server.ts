import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { ensureMinio } from "ha-registry-tools";
import type { KeyPair } from "./authority";
import { freePorts } from "./ports";
import { ServerProcess } from "./server-process";
import { until } from "./waiting";

/** MinIO on this machine, with TLS and one empty bucket. */
export class MinioServer {
  /** Name of its bucket. */
  readonly bucket = "registry-test";
  /** Identifies who asks. */
  readonly accessKey = randomBytes(10).toString("hex");
  /** Signs what is asked. */
  readonly secretKey = randomBytes(24).toString("hex");
  #process: ServerProcess | undefined;

  private constructor(
    /** Port on all addresses of the machine. */
    readonly port: number,
    private readonly directory: string,
  ) {}

  /**
   * Starts a server.
   *
   * @param caPem CA of the certificate, which has to be for 127.0.0.1, too.
   * @throws {Error} with what it printed, when it does not come up.
   */
  static async start(certificate: KeyPair, caPem: string): Promise<MinioServer> {
    const program = await ensureMinio(() => undefined);
    const server = new MinioServer(await freePorts(1), await mkdtemp(path.join(os.tmpdir(), "minio-server-")));
    try {
      await server.#start(program, certificate);
      await server.#makeBucket(caPem);
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  /** Ends the server and removes what it held. */
  async stop(): Promise<void> {
    await this.#process?.end();
    await rm(this.directory, { recursive: true, force: true });
  }

  async #start(program: string, { certificatePem, privateKeyPem }: KeyPair): Promise<void> {
    const certificates = path.join(this.directory, "certificates");
    await mkdir(certificates);
    await writeFile(path.join(certificates, "public.crt"), certificatePem);
    await writeFile(path.join(certificates, "private.key"), privateKeyPem, { mode: 0o600 });
    this.#process = await ServerProcess.start({
      name: "MinIO",
      program,
      args: ["server", "--quiet", "--address", `:${this.port}`, "--certs-dir", certificates, path.join(this.directory, "data")],
      environment: { MINIO_ROOT_USER: this.accessKey, MINIO_ROOT_PASSWORD: this.secretKey, MINIO_BROWSER: "off", MINIO_UPDATE: "off" },
      port: this.port,
    });
  }

  async #makeBucket(caPem: string): Promise<void> {
    const client = new S3Client({
      endpoint: `https://127.0.0.1:${this.port}`,
      region: "us-east-1",
      forcePathStyle: true,
      credentials: { accessKeyId: this.accessKey, secretAccessKey: this.secretKey },
      requestHandler: { httpsAgent: { ca: caPem } },
    });
    await until("MinIO makes a bucket", 60, async () => {
      await client.send(new CreateBucketCommand({ Bucket: this.bucket }));
      return true;
    });
    client.destroy();
  }
}
