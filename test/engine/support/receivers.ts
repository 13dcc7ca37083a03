import { once } from "node:events";
import http from "node:http";
import net from "node:net";

/** A request that a receiver took. */
export interface Received {
  path: string;
  headers: http.IncomingHttpHeaders;
  body: string;
}

/** An HTTP server that takes whatever is posted to it, as what the audit log is forwarded to, or as a receiver of events. */
export class HttpReceiver {
  readonly received: Received[] = [];
  #server: http.Server | undefined;

  /**
   * @param port Where it listens, on all addresses.
   * @param answer Status and body of every answer.
   */
  constructor(
    readonly port: number,
    private readonly answer: { status: number; body?: string },
  ) {}

  /** Begins to listen. */
  async start(): Promise<void> {
    this.#server = http.createServer((request, response) => void this.#take(request, response));
    this.#server.listen(this.port, "0.0.0.0");
    await once(this.#server, "listening");
  }

  /** Closes its port, and ends every connection. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  }

  async #take(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    } catch {
      return; // it was stopped meanwhile
    }
    this.received.push({ path: request.url ?? "", headers: request.headers, body: Buffer.concat(chunks).toString("utf8") });
    response.writeHead(this.answer.status, { "content-type": "application/json" }).end(this.answer.body);
  }
}

/** A syslog server over TCP, as far as it takes frames with octet counting (RFC 6587). */
export class SyslogReceiver {
  /** What came over each connection. */
  readonly #connections = new Map<net.Socket, Buffer>();
  readonly #server = net.createServer((socket) => {
    this.#connections.set(socket, Buffer.alloc(0));
    socket.on("data", (chunk) => this.#connections.set(socket, Buffer.concat([this.#connections.get(socket) ?? Buffer.alloc(0), chunk])));
    socket.on("error", () => undefined);
  });

  /** @param port Where it listens, on all addresses. */
  constructor(readonly port: number) {}

  /** Begins to listen. */
  async start(): Promise<void> {
    this.#server.listen(this.port, "0.0.0.0");
    await once(this.#server, "listening");
  }

  /** Closes its port, and ends every connection. */
  async stop(): Promise<void> {
    this.#server.close();
    for (const socket of this.#connections.keys()) socket.destroy();
    await once(this.#server, "close");
  }

  /** Messages that have come whole: whose sender died in the middle of one sent it again. */
  get messages(): string[] {
    return [...this.#connections.values()].flatMap(framesIn);
  }
}

function framesIn(text: Buffer): string[] {
  const frames: string[] = [];
  for (let at = 0; at < text.length;) {
    const space = text.indexOf(" ", at);
    const length = Number(text.subarray(at, space).toString());
    if (space < 0 || space + 1 + length > text.length) break;
    if (!Number.isInteger(length)) throw new Error(`no frame of syslog: ${text.subarray(at, at + 80).toString()}`);
    frames.push(text.subarray(space + 1, space + 1 + length).toString("utf8"));
    at = space + 1 + length;
  }
  return frames;
}
