import assert from "node:assert/strict";
import type { ClientLoad } from "../../engine/support/client-load";
import { describeOperations, pullPushes, type ClientOperation } from "../../engine/support/client-load";
import { RawClient, type ClientOptions } from "../../engine/support/http-client";
import { begunAfter, describeFailures, Load, type Failure } from "../../engine/support/load";
import { until } from "../../engine/support/waiting";

/** How long clients may take to succeed again: docker tries five times, and waits 5 s longer before each. */
const AFTERMATH_SECONDS = 240;

/** What happened from a fault until its aftermath was over. */
export interface Aftermath {
  /** When the fault began, milliseconds since 1970. */
  begun: number;
  /** When the registry could serve again, as far as new requests go. */
  served: number;
  /** Operations of real clients that failed. */
  clients: ClientOperation[];
  /** Requests of raw clients that failed. */
  raw: Failure[];
}

/** Real clients and raw ones, together, while faults are made. */
export class HostLoad {
  private constructor(
    private readonly raw: Load,
    private readonly real: ClientLoad,
    private readonly options: ClientOptions,
  ) {}

  /**
   * Starts both loads.
   *
   * @param client How a raw client reaches the registry.
   * @param maxSeconds When the load ends by itself.
   */
  static async start(client: ClientOptions, real: ClientLoad, maxSeconds: number): Promise<HostLoad> {
    const workers = (["push", "pull"] as const).map((role) => ({ role, size: "small" as const, count: 2 }));
    return new HostLoad(await Load.start({ client, workers, maxSeconds }), real, client);
  }

  /**
   * Makes a fault, and waits until the registry answers new connections and everyone has succeeded with something begun afterwards.
   *
   * @param fault Returns when the fault is made.
   */
  async through(fault: () => Promise<void>): Promise<Aftermath> {
    const failedBefore = (await this.raw.peek()).failures.length;
    const begun = Date.now();
    await fault();
    await until("the registry answers new connections", AFTERMATH_SECONDS, () => this.#answers());
    const served = Date.now();
    await this.#everyoneSucceedsSince(served);
    return {
      begun,
      served,
      clients: this.real.operations.filter(({ endedAt, error }) => endedAt >= begun && error !== undefined),
      raw: (await this.raw.peek()).failures.slice(failedBefore),
    };
  }

  /** Lets no real client begin anything while `work` is done; the raw load goes on. */
  async withoutClients<T>(work: () => Promise<T>): Promise<T> {
    this.real.pause();
    return work().finally(() => this.real.resume());
  }

  /** Ends both loads, and looks up everything that was acknowledged. */
  async verify(): Promise<{ operations: number; pushes: number }> {
    const report = await this.raw.stop();
    const operations = await this.real.stop();
    assert.deepEqual(report.staleReads, []);
    const { count, lost } = await this.raw.verify();
    assert.deepEqual(lost, []);
    const pushes = count + (await pullPushes(this.options, operations));
    const raw = Object.values(report.succeeded).reduce((sum, each) => sum + each, 0);
    return { operations: raw + operations.length, pushes };
  }

  /** Ends everything, whatever it does. */
  async end(): Promise<void> {
    await this.real.stop();
    await this.raw.end();
  }

  async #answers(): Promise<boolean> {
    for (let connection = 0; connection < 5; connection++) {
      const client = new RawClient({ ...this.options, idleSeconds: 5 });
      await client.request("GET", "/v2/", { expect: [200] }).finally(() => client.close());
    }
    return true;
  }

  async #everyoneSucceedsSince(time: number): Promise<void> {
    const earlier = await this.raw.peek();
    const rawSucceed = async (): Promise<boolean> => {
      const { succeeded } = await this.raw.peek();
      return Object.entries(succeeded).every(([kind, count]) => count >= (earlier.succeeded[kind] ?? 0) + 2);
    };
    const realSucceed = (): boolean => Object.values(this.real.succeededSince(time)).every((count) => count > 0);
    await until("every client succeeds again", AFTERMATH_SECONDS, async () => realSucceed() && (await rawSucceed())).catch((error) => {
      const since = this.real.operations.filter(({ endedAt }) => endedAt >= time);
      throw new Error(`some client does not succeed again: ${describeOperations(since)}`, { cause: error });
    });
  }
}

/** Clients that resume lose nothing; what does not fails only where it was in flight. */
export function assertNothingLost(aftermath: Aftermath): void {
  const resuming = aftermath.clients.filter(({ client }) => client === "docker" || client === "regctl");
  assert.equal(describeOperations(resuming), "", "clients that resume");
  assertOnlyInFlight(aftermath);
}

/** What failed was sent, or had its connection, before the registry served again. */
export function assertOnlyInFlight({ served, clients, raw }: Aftermath): void {
  const lateOperations = clients.filter(({ startedAt }) => startedAt > served);
  assert.equal(describeOperations(lateOperations), "", "operations that began when the registry served again");
  const late = begunAfter(raw, served);
  assert.equal(late.length, 0, `when the registry served again: ${describeFailures({ failures: late, failed: late.length })}`);
}
