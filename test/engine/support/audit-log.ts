import { DockerCli } from "ha-registry-tools";
import { readEvents, verifyLog, type AuditEvent, type AuditOptions, type Collector } from "ha-registry/dist/cli/audit";
import type { Finding } from "ha-registry/dist/cli/audit-chain";
import type { RegistryStack } from "./stack";

/** The audit log of a registry on one host. */
export class AuditLog {
  readonly #collector: Collector;

  constructor(private readonly registry: RegistryStack) {
    this.#collector = { host: { name: "", docker: new DockerCli() }, container: registry.container("audit") };
  }

  /** Events as far as they are written, in the order of their times. */
  async events(filter: Partial<AuditOptions> = {}): Promise<AuditEvent[]> {
    return (await readEvents([this.#collector], { since: "1d", ...filter })).map(({ event }) => event);
  }

  /** Every line of events. */
  async lines(): Promise<string[]> {
    return (await readEvents([this.#collector], { since: "1d" })).map(({ line }) => line);
  }

  /** Has sealed what is there, and says what is wrong with the log. */
  async verify(): Promise<Finding[]> {
    return (await verifyLog(this.#collector)).findings;
  }

  /** Runs a script where the log can be changed. */
  async run(script: string): Promise<string> {
    return (await this.registry.docker.command("exec", this.#collector.container, "sh", "-c", script)).trim();
  }
}
