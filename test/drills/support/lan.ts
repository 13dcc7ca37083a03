import { runProgram } from "../../engine/support/program";

/** The network of machines in this machine: a bridge, on which this machine has an address, too. `remove` has to be called. */
export class Lan {
  /** Name of the bridge. */
  readonly bridge: string;
  readonly #prefix: string;

  private constructor(number: number) {
    this.bridge = `hr${number}`;
    // The range that is reserved for tests of this kind (RFC 2544).
    this.#prefix = `198.18.${number}`;
  }

  /** Makes a network that no other test of this machine has. */
  static async make(): Promise<Lan> {
    const lan = new Lan(1 + (process.pid % 250));
    await runProgram("ip", ["link", "add", lan.bridge, "type", "bridge"]);
    await runProgram("ip", ["address", "add", `${lan.gateway}/24`, "dev", lan.bridge]);
    await runProgram("ip", ["link", "set", lan.bridge, "up"]);
    // The Docker Engine of this machine drops what is forwarded, and where bridges are filtered that is traffic inside of them, too.
    await runProgram("iptables", ["-I", "FORWARD", ...lan.#within, "-j", "ACCEPT"]);
    return lan;
  }

  /** This machine's own address. */
  get gateway(): string {
    return this.address(1);
  }

  /** The address number `host`. */
  address(host: number): string {
    return `${this.#prefix}.${host}`;
  }

  /** Removes it; machines on it have to be gone. */
  async remove(): Promise<void> {
    await runProgram("iptables", ["-D", "FORWARD", ...this.#within, "-j", "ACCEPT"]).catch(() => undefined);
    await runProgram("ip", ["link", "delete", this.bridge]).catch(() => undefined);
  }

  get #within(): string[] {
    return ["-i", this.bridge, "-o", this.bridge];
  }
}
