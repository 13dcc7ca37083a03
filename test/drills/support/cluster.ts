import type { HostShape } from "ha-registry-core";
import { Lan } from "./lan";
import { Machine } from "./machine";

/** Host numbers in the network: the address that moves between machines, and the first machine. */
const virtual = 100;
const first = 11;

/** Three machines with a Docker Engine and a disk each, on one network. `end` has to be called whatever happens. */
export class Cluster {
  readonly #machines: Record<string, Machine> = {};
  /** All that were ever made. */
  readonly #made: Machine[] = [];

  private constructor(
    readonly lan: Lan,
    private readonly images: readonly string[],
    private readonly diskMiB: number,
  ) {}

  /**
   * Makes the machines and boots them.
   *
   * @param images Images that each Docker Engine gets.
   * @param names Names of the hosts.
   * @param diskMiB Size of each one's disk, which takes space only as it is written.
   */
  static async start(images: readonly string[], names = ["north", "middle", "south"], diskMiB = 6144): Promise<Cluster> {
    const cluster = new Cluster(await Lan.make(), images, diskMiB);
    try {
      for (const name of names) await cluster.add(name);
      return cluster;
    } catch (error) {
      await cluster.end();
      throw error;
    }
  }

  /** The machines, by the names of the hosts. */
  get machines(): Readonly<Record<string, Machine>> {
    return this.#machines;
  }

  /** Makes one more machine, for a host that has none yet or for one that is to get another: the old one runs on. */
  async add(host: string): Promise<Machine> {
    const machine = await Machine.start(this.lan, first + this.#made.length, { diskMiB: this.diskMiB });
    this.#made.push(machine);
    this.#machines[host] = machine;
    await machine.load(...this.images);
    return machine;
  }

  /** The argument `hosts` of a registry on these machines. */
  get hosts(): Record<string, HostShape> {
    const entries = Object.entries(this.machines);
    return Object.fromEntries(entries.map(([name, { dockerHost, address }]) => [name, { dockerHost, address }]));
  }

  /** An address that no machine has. */
  get virtualAddress(): string {
    return this.lan.address(virtual);
  }

  /** The machine of a host. */
  machine(name: string): Machine {
    const machine = this.machines[name];
    if (machine === undefined) throw new Error(`there is no machine ${name}`);
    return machine;
  }

  /** Removes all of it. */
  async end(): Promise<void> {
    const ended = await Promise.allSettled(this.#made.map((machine) => machine.end()));
    await this.lan.remove();
    for (const result of ended) if (result.status === "rejected") throw result.reason;
  }
}
