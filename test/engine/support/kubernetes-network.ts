import { mkdir } from "node:fs/promises";
import { runProgram } from "./program";

/**
 * The network of a Kubernetes node in this machine: a network namespace of its own, which kube-proxy and pods have for themselves, so that nothing is changed
 * in this machine's, where Docker has its rules. One pair of interfaces joins the two. `remove` has to be called.
 */
export class KubernetesNetwork {
  /** @param name Name of the namespace, and of this machine's end. */
  private constructor(
    readonly name: string,
    private readonly prefix: string,
  ) {}

  /** Makes the network of that name, which no other process may use. */
  static async make(name: string): Promise<KubernetesNetwork> {
    // The upper half of the range that is reserved for tests of this kind (RFC 2544); the drills use the lower one.
    const network = new KubernetesNetwork(name, `198.19.${1 + (process.pid % 250)}`);
    await mkdir("/run/netns", { recursive: true });
    const inside = ["-n", name];
    for (const command of [
      ["netns", "add", name],
      ["link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name],
      ["address", "add", `${network.outside}/25`, "dev", name],
      ["link", "set", name, "up"],
      [...inside, "address", "add", `${network.address}/25`, "dev", "eth0"],
      [...inside, "link", "set", "lo", "up"],
      [...inside, "link", "set", "eth0", "up"],
      [...inside, "route", "add", "default", "via", network.outside],
      ["route", "add", network.pods, "via", network.address],
    ])
      await runProgram("ip", command);
    const [program, args] = network.within("sysctl", ["-w", "net.ipv4.ip_forward=1"]);
    await runProgram(program, args);
    return network;
  }

  /** Removes what is left of the network of that name. Processes in it have to be gone. */
  static async remove(name: string): Promise<void> {
    await runProgram("ip", ["link", "delete", name]).catch(() => undefined); // with it goes the route
    await runProgram("ip", ["netns", "delete", name]).catch(() => undefined);
  }

  /** This machine's address on it, which pods reach. */
  get outside(): string {
    return `${this.prefix}.1`;
  }

  /** The node's address. */
  get address(): string {
    return `${this.prefix}.2`;
  }

  /** Range of pods' addresses. This machine reaches each of them. */
  get pods(): string {
    return `${this.prefix}.128/25`;
  }

  /** How a program is run in it. Not by `ip netns exec`, which mounts another /sys, where nobody finds control groups. */
  within(program: string, args: readonly string[]): [program: string, args: string[]] {
    return ["nsenter", [`--net=/run/netns/${this.name}`, program, ...args]];
  }
}
