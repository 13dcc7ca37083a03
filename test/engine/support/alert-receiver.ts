import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { freePorts } from "./ports";

/** An alert as Alertmanager posts it. */
export interface PostedAlert {
  status: "firing" | "resolved";
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

/** A webhook that notes which alerts are posted to it, by path. */
export class AlertReceiver {
  readonly #posted = new Map<string, PostedAlert[]>();

  private constructor(
    private readonly server: Server,
    /** Its port, on every address of this machine: containers reach it at the gateway of their network. */
    readonly port: number,
  ) {
    server.on("request", (request, response) => {
      void this.#take(request).then(() => response.end());
    });
  }

  /** Starts one. */
  static async start(): Promise<AlertReceiver> {
    const port = await freePorts(1);
    const server = createServer().listen(port, "0.0.0.0");
    await once(server, "listening");
    return new AlertReceiver(server, port);
  }

  /** Names of the alerts that were posted to `path`, each once. */
  names(path: string): string[] {
    return [...new Set(this.alerts(path).map(({ labels }) => labels["alertname"] ?? ""))].sort();
  }

  /** Everything that was posted to `path`. */
  alerts(path: string): readonly PostedAlert[] {
    return this.#posted.get(path) ?? [];
  }

  /** Stops it. */
  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  async #take(request: IncomingMessage): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { alerts } = JSON.parse(Buffer.concat(chunks).toString()) as { alerts: PostedAlert[] };
    const path = request.url ?? "";
    this.#posted.set(path, [...this.alerts(path), ...alerts]);
  }
}
