import { createHash } from "node:crypto";
import http from "node:http";
import https from "node:https";
import type net from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { bodyOf, digestOf, type Body } from "./bodies";

/** Where a client sends its requests, and as whom. */
export interface ClientOptions {
  /** `https://host:port` of the balancer, or `http://address:port` of one node. */
  endpoint: string;
  /** Certificate of the CA that is trusted. @default - none beside the well-known ones */
  caPem?: string;
  /** User name. @default - no authorization is sent */
  username?: string;
  /** Password. @default "" */
  password?: string;
  /** Token, sent instead of user name and password. @default - none */
  token?: string;
  /** Further options of its TLS connections, as a client certificate or the local address. @default - none */
  connection?: https.AgentOptions;
  /** How long a connection may be silent before the request counts as failed, seconds. @default 120 */
  idleSeconds?: number;
}

/** What came back. */
export interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  /** Bytes of the response body. */
  size: number;
  /** Digest of the response body. */
  digest: string;
  /** The response body, cut after 1 MiB. */
  text: string;
}

/** A request that brought no answer, or one that was not expected. */
export class RequestFailure extends Error {
  /** When it was sent, milliseconds since 1970. */
  readonly startedAt: number;
  /** When it failed, milliseconds since 1970. */
  readonly failedAt = Date.now();

  /**
   * @param step Method and path.
   * @param reason What happened instead of the expected answer.
   * @param reusedSocket Whether the connection had served a request before: a server may have closed it meanwhile.
   * @param connectedAt When its connection was made, with TLS if any, milliseconds since 1970; undefined if it never was.
   */
  constructor(
    readonly step: string,
    readonly reason: string,
    readonly reusedSocket: boolean,
    startedAt: number,
    readonly connectedAt?: number,
  ) {
    super(`${step}: ${reason}${reusedSocket ? " (on a kept-alive connection)" : ""}`);
    this.name = "RequestFailure";
    this.startedAt = startedAt;
  }
}

interface RequestOptions {
  expect: number[];
  headers?: Record<string, string>;
  body?: Body;
  /** First byte of the body that is sent. @default 0 */
  from?: number;
  /** The byte after the last that is sent. @default the body's size */
  to?: number;
}

/** Media type of the manifests that tests push. */
export const manifestType = "application/vnd.oci.image.manifest.v1+json";

/** Media types of manifests that a client takes. */
const acceptedTypes = `${manifestType}, application/vnd.docker.distribution.manifest.v2+json`;

/** When connections were made, milliseconds since 1970. */
const connections = new WeakMap<net.Socket, number>();

const emptyConfig = bodyOf(Buffer.from("{}"));
const KEPT_BYTES = 1024 * 1024;

/**
 * A client without any mercy: one kept-alive connection, no retry, no second connection, streaming in both directions. What fails
 * here is what a server did wrong. One request at a time per client.
 */
export class RawClient {
  readonly #agent: http.Agent;
  readonly #options: ClientOptions;
  readonly #transport: typeof http | typeof https;
  readonly #connected: "connect" | "secureConnect";

  constructor(options: ClientOptions) {
    this.#options = options;
    const kept = { keepAlive: true, maxSockets: 1, scheduling: "fifo" } as const;
    const secure = options.endpoint.startsWith("https:");
    this.#transport = secure ? https : http;
    this.#connected = secure ? "secureConnect" : "connect";
    this.#agent = secure ? new https.Agent({ ...kept, ca: options.caPem, ...options.connection }) : new http.Agent(kept);
  }

  /** Closes the connection. */
  close(): void {
    this.#agent.destroy();
  }

  /**
   * Sends one request and takes in the whole answer.
   *
   * @throws {RequestFailure} when there is no complete answer, or its status is not expected.
   */
  async request(
    method: string,
    path: string,
    { expect, headers = {}, body, from = 0, to = body?.size ?? 0 }: RequestOptions,
  ): Promise<Answer> {
    const startedAt = Date.now();
    const step = `${method} ${path}`;
    const { endpoint, idleSeconds = 120 } = this.#options;
    const authorization = authorizationOf(this.#options);
    const request = this.#transport.request(new URL(path, endpoint), {
      method,
      agent: this.#agent,
      headers: {
        ...headers,
        ...(body !== undefined && { "content-length": String(to - from) }),
        ...(authorization !== undefined && { authorization }),
      },
    });
    request.once("socket", (socket) => this.#noteConnection(socket));
    const fail = (reason: string): RequestFailure =>
      new RequestFailure(step, reason, request.reusedSocket, startedAt, request.socket ? connections.get(request.socket) : undefined);
    request.setTimeout(idleSeconds * 1000, () => request.destroy(new Error(`silent for ${idleSeconds} s`)));
    const answer = new Promise<Answer>((resolve, reject) => {
      request.on("error", reject);
      request.on("response", (response) => void takeIn(response).then(resolve, reject));
    });
    if (body === undefined) request.end();
    // A request that breaks while it is sent says so by its own error event, which `answer` waits for.
    else pipeline(Readable.from(body.chunks(from, to)), request).catch(() => undefined);
    const received = await answer.catch((error: Error) => {
      throw fail("code" in error ? `${String(error.code)} ${error.message}` : error.message);
    });
    if (!request.writableFinished) request.destroy(); // what answers early wants no more of it, and the connection would stay taken
    if (expect.includes(received.status)) return received;
    throw fail(`status ${received.status} instead of ${expect.join(" or ")}: ${received.text.slice(0, 300)}`);
  }

  /** Begins an upload; returns its path, which changes with every step. */
  async beginUpload(repository: string): Promise<string> {
    return this.#location(await this.request("POST", `/v2/${repository}/blobs/uploads/`, { expect: [202] }));
  }

  /** Sends the bytes of `body` from `from` to before `to`; returns the upload's next path. */
  async appendUpload(upload: string, body: Body, from = 0, to = body.size): Promise<string> {
    const headers = { "content-type": "application/octet-stream", "content-range": `${from}-${to - 1}` };
    return this.#location(await this.request("PATCH", upload, { expect: [202], headers, body, from, to }));
  }

  /** Ends an upload. */
  async commitUpload(upload: string, digest: string): Promise<void> {
    const separator = upload.includes("?") ? "&" : "?";
    await this.request("PUT", `${upload}${separator}digest=${encodeURIComponent(digest)}`, { expect: [201] });
  }

  /** Sends a blob: POST, PATCH, PUT. */
  async pushBlob(repository: string, body: Body): Promise<void> {
    const upload = await this.beginUpload(repository);
    await this.commitUpload(await this.appendUpload(upload, body), body.digest);
  }

  /** Digest of the manifest that {@link pushManifest} sends for `layer`. */
  manifestDigest(layer: Body): string {
    return this.manifest(layer).digest;
  }

  /** The manifest that {@link pushManifest} sends for `layer`. */
  manifest(layer: Body): Body {
    return bodyOf(Buffer.from(manifestOf(layer)));
  }

  /** Sends a manifest under a tag; returns its digest. */
  async pushManifest(repository: string, tag: string, layer: Body): Promise<string> {
    const body = this.manifest(layer);
    await this.request("PUT", `/v2/${repository}/manifests/${tag}`, { expect: [201], headers: { "content-type": manifestType }, body });
    return body.digest;
  }

  /** Sends the configuration that all manifests of tests share. Once per repository, before its first manifest. */
  async pushConfig(repository: string): Promise<void> {
    await this.pushBlob(repository, emptyConfig);
  }

  /** Fetches a manifest by tag or digest; returns its digest, recomputed from its bytes, and what it refers to. */
  async pullManifest(repository: string, reference: string): Promise<{ digest: string; layer: string; size: number }> {
    const path = `/v2/${repository}/manifests/${reference}`;
    const startedAt = Date.now();
    const { digest, text, headers } = await this.request("GET", path, { expect: [200], headers: { accept: acceptedTypes } });
    const wanted = reference.startsWith("sha256:") ? reference : headers["docker-content-digest"];
    if (digest !== wanted) throw new RequestFailure(`GET ${path}`, `bytes have digest ${digest}, not ${String(wanted)}`, false, startedAt);
    const { layers } = JSON.parse(text) as { layers: { digest: string; size: number }[] };
    return { digest, layer: layers[0]?.digest ?? "", size: layers[0]?.size ?? 0 };
  }

  /**
   * Fetches a blob and checks its digest.
   *
   * @throws {RequestFailure} also when the bytes are others than the digest says.
   */
  async pullBlob(repository: string, digest: string): Promise<number> {
    const path = `/v2/${repository}/blobs/${digest}`;
    const startedAt = Date.now();
    const answer = await this.request("GET", path, { expect: [200] });
    if (answer.digest !== digest) throw new RequestFailure(`GET ${path}`, `bytes have digest ${answer.digest}`, false, startedAt);
    return answer.size;
  }

  #noteConnection(socket: net.Socket): void {
    if (!connections.has(socket)) socket.once(this.#connected, () => connections.set(socket, Date.now()));
  }

  /** The path that an answer names for the next step; it has to lead to where the client was sent in the first place. */
  #location(answer: Answer): string {
    const { endpoint } = this.#options;
    const url = new URL(answer.headers.location ?? "", endpoint);
    if (url.origin !== new URL(endpoint).origin) {
      throw new RequestFailure("Location", `${url.origin} is not ${endpoint}: clients would be led away`, false, Date.now());
    }
    return url.pathname + url.search;
  }
}

function authorizationOf({ username, password = "", token }: ClientOptions): string | undefined {
  if (token !== undefined) return `Bearer ${token}`;
  return username === undefined ? undefined : `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

/** The manifest of an image whose only layer is `layer`. */
function manifestOf(layer: Body): string {
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: manifestType,
    config: { mediaType: "application/vnd.oci.empty.v1+json", digest: emptyConfig.digest, size: emptyConfig.size },
    layers: [{ mediaType: "application/vnd.oci.image.layer.v1.tar", digest: layer.digest, size: layer.size }],
  });
}

async function takeIn(response: http.IncomingMessage): Promise<Answer> {
  const hash = createHash("sha256");
  const kept: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    hash.update(chunk);
    if (size < KEPT_BYTES) kept.push(chunk);
    size += chunk.length;
  }
  if (!response.complete) throw new Error("the answer broke off");
  const text = Buffer.concat(kept).subarray(0, KEPT_BYTES).toString("utf8");
  return { status: response.statusCode ?? 0, headers: response.headers, size, digest: digestOf(hash), text };
}
