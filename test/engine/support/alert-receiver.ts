import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";

/** What people would get: takes whatever is posted to it, and answers 200. */
export class AlertReceiver {
  readonly #messages: { path: string; body: unknown }[] = [];

  private constructor(private readonly server: http.Server) {
    server.on("request", (request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        this.#messages.push({ path: request.url ?? "", body: JSON.parse(text) as unknown });
        response.end("{}");
      });
    });
  }

  /** Starts to listen on this machine. */
  static async start(): Promise<AlertReceiver> {
    const server = http.createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    return new AlertReceiver(server);
  }

  /** A URL of it. */
  url(path: string): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${path}`;
  }

  /** What was posted to `path` so far. */
  at(path: string): unknown[] {
    return this.#messages.filter((message) => message.path === path).map(({ body }) => body);
  }

  /** Listens no more. */
  async end(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }
}
