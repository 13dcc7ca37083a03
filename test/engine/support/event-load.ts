import { RawClient, RequestFailure, type ClientOptions } from "./http-client";

/** Clients that ask for one manifest after the other, none of which is there: each request is an event with a reference of its own. */
export class EventLoad {
  /** References that were asked for, and answered. */
  readonly answered = new Set<string>();
  /** Requests that brought no answer. */
  readonly failures: string[] = [];
  /** What was asked for when all else was over. */
  readonly last = "the-last";
  readonly #workers: Promise<void>[];
  #ended = false;

  constructor(private readonly options: ClientOptions) {
    this.#workers = [1, 2].map((worker) => this.#work(worker));
  }

  /** Ends the load. */
  async end(): Promise<void> {
    this.#ended = true;
    await Promise.all(this.#workers);
    await this.#ask(new RawClient(this.options), this.last);
  }

  async #work(worker: number): Promise<void> {
    for (let count = 1; !this.#ended;) {
      const client = new RawClient(this.options);
      for (const end = count + 20; count < end; count++) await this.#ask(client, `t${worker}-${count}`);
      client.close();
    }
  }

  async #ask(client: RawClient, reference: string): Promise<void> {
    try {
      await client.request("GET", `/v2/free/load/manifests/${reference}`, { expect: [404] });
      this.answered.add(reference);
    } catch (error) {
      if (!(error instanceof RequestFailure)) throw error;
      this.failures.push(error.message);
    }
  }
}
