import assert from "node:assert/strict";
import { resolveTopology } from "ha-registry-core";
import type { GarageNodeTopology } from "ha-registry-core";
import type { RegistryStack } from "./stack";
import { until } from "./waiting";

/** The Garage nodes of a stack, asked with Garage's own program inside their containers. */
export class Garages {
  constructor(private readonly registry: RegistryStack) {}

  /** Nodes, by number. */
  get nodes(): GarageNodeTopology[] {
    const { settings: _settings, trust: _trust, secrets: _secrets, ...shape } = this.registry.args;
    return resolveTopology(this.registry.name, shape).objectStore.garage?.nodes ?? [];
  }

  /** One call of a node's administration. */
  async administer<T>(node: GarageNodeTopology, call: string, payload: unknown = null): Promise<T> {
    const engine = await this.registry.engineOf(node.name);
    const [, , configuration] = (await engine.inspect(node.name)).Config.Cmd ?? [];
    assert.ok(configuration);
    const args = ["exec", node.name, "/garage", "-c", configuration, "json-api", call, JSON.stringify(payload)];
    return JSON.parse(await engine.command(...args)) as T;
  }

  /** Access key and secret key of the registry's bucket. */
  async keys(node: GarageNodeTopology): Promise<{ accessKeyId: string; secretAccessKey: string }> {
    return this.administer(node, "GetKeyInfo", { search: `${this.registry.name}-garage`, showSecretKey: true });
  }

  /** Waits until every node sees all others, the layout is of these nodes alone, and each has all that the layout gives it. */
  async untilWhole(seconds: number): Promise<void> {
    await until("every node of Garage has what it should have", seconds, async () => {
      for (const node of this.nodes) {
        const health = await this.administer<{ status: string; storageNodes: number }>(node, "GetClusterHealth");
        const { versions } = await this.administer<{ versions: { status: string }[] }>(node, "GetClusterLayoutHistory");
        const draining = versions.filter(({ status }) => status === "Draining").length;
        const found = { ...health, draining };
        if (health.status !== "healthy" || health.storageNodes !== this.nodes.length || draining > 0) {
          throw new Error(`${node.name}: ${JSON.stringify(found)}`);
        }
      }
      return true;
    });
  }
}
