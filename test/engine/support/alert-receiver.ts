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

  /**
   * Starts to listen on this machine.
   *
   * @param address Address of this machine. Containers of a private network reach it at the network's gateway when it is `0.0.0.0`.
   */
  static async start(address = "127.0.0.1"): Promise<AlertReceiver> {
    const server = http.createServer().listen(0, address);
    await once(server, "listening");
    return new AlertReceiver(server);
  }

  /** A URL of it, for whoever reaches it at `address`. */
  url(path: string, address = "127.0.0.1"): string {
    return `http://${address}:${(this.server.address() as AddressInfo).port}${path}`;
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
