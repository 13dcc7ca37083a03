import { resolveTopology, type MonitoringTopology } from "ha-registry-core";
import type { RegistryStack } from "./stack";

/** One series of an answer. */
export interface Sample {
  /** Its labels. */
  metric: Record<string, string>;
  /** Its value. */
  value: number;
}

/** Something that Prometheus asks. */
export interface ScrapeTarget {
  labels: Record<string, string>;
  health: string;
  lastError: string;
}

/** The Prometheus of a registry, and its Alertmanager, as people reach them: at the ports on this machine. */
export class Prometheus {
  readonly #monitoring: MonitoringTopology;

  constructor({ name, args }: RegistryStack) {
    const { monitoring } = resolveTopology(name, args);
    if (monitoring === undefined) throw new Error(`${name} has no monitoring`);
    this.#monitoring = monitoring;
  }

  /** What a query gives now. */
  async query(expression: string): Promise<Sample[]> {
    const { result } = (await this.#ask(`query?${new URLSearchParams({ query: expression }).toString()}`)) as {
      result: { metric: Record<string, string>; value: [number, string] }[];
    };
    return result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
  }

  /** Everything that is asked. */
  async targets(): Promise<ScrapeTarget[]> {
    return ((await this.#ask("targets?state=active")) as { activeTargets: ScrapeTarget[] }).activeTargets;
  }

  /** Names of the alerts that fire, each once. */
  async firing(): Promise<string[]> {
    const { alerts } = (await this.#ask("alerts")) as { alerts: { state: string; labels: Record<string, string> }[] };
    const firing = alerts.filter(({ state }) => state === "firing").map(({ labels }) => labels["alertname"] ?? "");
    return [...new Set(firing)].sort();
  }

  async #ask(path: string): Promise<unknown> {
    const { bindAddress, prometheusPort } = this.#monitoring;
    const response = await fetch(`http://${bindAddress}:${prometheusPort}/api/v1/${path}`);
    const { status, error, data } = (await response.json()) as { status: string; error?: string; data?: unknown };
    if (status !== "success") throw new Error(`${path}: ${error}`);
    return data;
  }
}
