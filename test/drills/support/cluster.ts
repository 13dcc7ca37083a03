import type { HostShape } from "ha-registry-core";
import { Lan } from "./lan";
import { Machine } from "./machine";

/** Host numbers in the network: the address that moves between machines, and the first machine. */
const virtual = 100;
const first = 11;

/** Three machines with a Docker Engine and a disk each, on one network. `end` has to be called whatever happens. */
export class Cluster {
  private constructor(
    readonly lan: Lan,
    /** The machines, by the names of the hosts. */
    readonly machines: Readonly<Record<string, Machine>>,
  ) {}

  /**
   * Makes the machines and boots them.
   *
   * @param images Images that each Docker Engine gets.
   * @param names Names of the hosts.
   * @param diskMiB Size of each one's disk, which takes space only as it is written.
   */
  static async start(images: readonly string[], names = ["north", "middle", "south"], diskMiB = 6144): Promise<Cluster> {
    const lan = await Lan.make();
    const machines: Record<string, Machine> = {};
    const cluster = new Cluster(lan, machines);
    try {
      for (const [index, name] of names.entries()) {
        const machine = await Machine.start(lan, first + index, diskMiB);
        machines[name] = machine;
        await machine.load(...images);
      }
      return cluster;
    } catch (error) {
      await cluster.end();
      throw error;
    }
  }

  /** The argument `hosts` of a registry on these machines. */
  get hosts(): Record<string, HostShape> {
    const entries = Object.entries(this.machines);
    return Object.fromEntries(entries.map(([name, { dockerHost, address }]) => [name, { dockerHost, address }]));
  }

  /** Addresses of the Docker Engines. */
  get dockerHosts(): string[] {
    return Object.values(this.machines).map(({ dockerHost }) => dockerHost);
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
    const ended = await Promise.allSettled(Object.values(this.machines).map((machine) => machine.end()));
    await this.lan.remove();
    for (const result of ended) if (result.status === "rejected") throw result.reason;
  }
}
