import { runProgram, type Printed, type RunOptions } from "../../../test/dist/engine/support/program";
import { docker } from "../../../test/dist/engine/support/docker";

/** Rate of the shaped link. */
const linkRate = "1gbit";

/**
 * A network namespace for clients, joined to the private network of a registry by a virtual cable. From there, balancer, nodes and
 * baselines are all reached in the same way, and the cable can be made as slow as a real one. No packet leaves the machine.
 */
export class ClientNamespace {
  readonly #name: string;
  readonly #cable: string;

  private constructor(name: string, cable: string) {
    this.#name = name;
    this.#cable = cable;
  }

  /**
   * @param network Name of the Docker network.
   * @param address The namespace's own address in that network, which is a /24.
   */
  static async join(network: string, address: string): Promise<ClientNamespace> {
    const id = (await docker.command("network", "inspect", "--format", "{{.Id}}", network)).trim();
    const cable = `hrb${id.slice(0, 6)}`; // 15 characters are allowed
    const namespace = new ClientNamespace(`ha-registry-bench-${id.slice(0, 6)}`, cable);
    try {
      await ip("netns", "add", namespace.#name);
      await ip("link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", namespace.#name);
      await ip("link", "set", cable, "master", `br-${id.slice(0, 12)}`, "up");
      await ip("-n", namespace.#name, "address", "add", `${address}/24`, "dev", "eth0");
      await ip("-n", namespace.#name, "link", "set", "lo", "up");
      await ip("-n", namespace.#name, "link", "set", "eth0", "up");
      return namespace;
    } catch (error) {
      await namespace.remove().catch(() => undefined);
      throw error;
    }
  }

  /** Runs a program inside. */
  async run(file: string, args: readonly string[], options?: RunOptions): Promise<Printed> {
    return runProgram("nsenter", [`--net=/run/netns/${this.#name}`, "--", file, ...args], options);
  }

  /** Makes the cable a link of 1 Gbit/s, in both directions. */
  async shape(): Promise<void> {
    // The bucket holds several of the largest packets that the kernel hands over at once (64 KiB); the queue holds 20 ms.
    const bucket = ["root", "tbf", "rate", linkRate, "burst", "256kb", "latency", "20ms"];
    await runProgram("tc", ["qdisc", "replace", "dev", this.#cable, ...bucket]);
    await runProgram("tc", ["-n", this.#name, "qdisc", "replace", "dev", "eth0", ...bucket]);
  }

  /** Takes the limit away again. */
  async unshape(): Promise<void> {
    await runProgram("tc", ["qdisc", "delete", "dev", this.#cable, "root"]);
    await runProgram("tc", ["-n", this.#name, "qdisc", "delete", "dev", "eth0", "root"]);
  }

  /** Takes everything away that `join` made. */
  async remove(): Promise<void> {
    await ip("netns", "delete", this.#name); // the cable goes with its end
  }
}

async function ip(...args: string[]): Promise<void> {
  await runProgram("ip", args);
}
