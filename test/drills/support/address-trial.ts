import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { get } from "node:http";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  contentPath,
  filesDirectory,
  ImageName,
  keepalivedFile,
  renderKeepalived,
  renderKeepalivedScript,
  resolveTopology,
} from "ha-registry-core";
import type { BalancerTopology, HostShape, Topology } from "ha-registry-core";
import { ensureImages } from "ha-registry-tools";
import { docker } from "../../engine/support/docker";
import { onInterrupt } from "../../engine/support/interrupt";
import { runProgram } from "../../engine/support/program";
import { until } from "../../engine/support/waiting";

/** How an address that moves was seen by a client. */
export interface Sight {
  /** Longest time between two answers, seconds. */
  unansweredSeconds: number;
  /** Hosts that answered, in their order. */
  hosts: string[];
}

/**
 * Three hosts that share an address that moves: each is a network namespace with the keepalived that a registry has there, and an HAProxy
 * that answers with its host's name in the place of a registry. This process is their client. Needs root. `end` has to be called.
 */
export class AddressTrial {
  /** Names of the hosts, the first preferred when several could take the address. */
  readonly hosts: readonly string[];
  readonly #settle: () => void;

  private constructor(
    private readonly network: string,
    private readonly number: number,
    private readonly topology: Topology,
    private readonly directory: string,
  ) {
    this.hosts = topology.hosts.map(({ name }) => name);
    this.#settle = onInterrupt(() => this.end());
  }

  /** Starts it, until the address is answered and every host is ready to take it. */
  static async start(): Promise<AddressTrial> {
    await ensureImages({ names: [ImageName.Haproxy, ImageName.Keepalived], report: () => undefined });
    const number = 1 + (process.pid % 250);
    const topology = topologyOf(number, ["north", "middle", "south"]);
    const trial = new AddressTrial(`${topology.name}-lan`, number, topology, await mkdtemp(path.join(os.tmpdir(), "address-")));
    try {
      await chmod(trial.directory, 0o755); // HAProxy is not root
      await docker.command("network", "create", "--subnet", `${addressOf(number, 0)}/24`, trial.network);
      for (const balancer of topology.loadBalancer.balancers) await trial.#startHost(balancer);
      await until("every host is ready", 60, async () => (await trial.states()).every((state) => state === "MASTER" || state === "BACKUP"));
      await until("one host holds the address", 60, async () => (await trial.holders()).length === 1);
      return trial;
    } catch (error) {
      await trial.end();
      throw error;
    }
  }

  /** States that the keepalived of each host tells of itself. */
  async states(): Promise<string[]> {
    const tell = async (host: string): Promise<string> => (await docker.command("exec", this.keepalived(host), "cat", "/tmp/state")).trim();
    return Promise.all(this.hosts.map((host) => tell(host).catch(() => "")));
  }

  /** Hosts that have the address at this moment. */
  async holders(): Promise<string[]> {
    const { address } = this.#virtual;
    const has = await Promise.all(this.hosts.map(async (host) => (await this.#inside(host, "ip", "address")).includes(` ${address}/`)));
    return this.hosts.filter((_, index) => has[index]);
  }

  /** The only host that has the address. */
  async holder(): Promise<string> {
    const [holder, ...others] = await this.holders();
    if (holder === undefined || others.length > 0) throw new Error(`the address is on ${[holder, ...others].join(", ")}`);
    return holder;
  }

  /** Does something, and tells what a client saw of the address until `over` holds. */
  async watch(action: () => Promise<unknown>, over: (host: string | undefined) => boolean): Promise<Sight> {
    const hosts: string[] = [];
    let longest = 0;
    let last: number | undefined;
    let done = false;
    let acted = false;
    const ask = async (): Promise<void> => {
      const end = Date.now() + 60_000;
      while (!done && Date.now() < end) {
        const host = await answer(this.#virtual.address, this.topology.loadBalancer.port);
        const now = performance.now();
        if (host !== undefined) {
          longest = Math.max(longest, now - (last ?? now));
          last = now;
          if (hosts.at(-1) !== host) hosts.push(host);
        }
        done = acted && over(host);
        await sleep(10);
      }
    };
    const asking = ask();
    await until("the address is answered", 20, () => Promise.resolve(last !== undefined));
    await action();
    acted = true;
    await asking;
    if (!done) throw new Error(`it is not over: answered by ${hosts.join(", then ")}`);
    return { unansweredSeconds: longest / 1000, hosts };
  }

  /** Has the address lost by `host`, and waits until another one answers. */
  async lose(host: string, action: () => Promise<unknown>): Promise<Sight> {
    return this.watch(action, (now) => now !== undefined && now !== host);
  }

  /** Name of the container with the keepalived of a host. */
  keepalived(host: string): string {
    return `${this.network}-${host}-keepalived`;
  }

  /** Name of the container with the HAProxy of a host. */
  balancer(host: string): string {
    return `${this.network}-${host}-haproxy`;
  }

  /** Takes the link of a host down or up, which the host notices. */
  async link(host: string, state: "down" | "up"): Promise<void> {
    await runProgram("ip", ["link", "set", await this.#cable(host), state]);
  }

  /** Pulls the other end of a host's cable, as when a switch fails: the host's own link stays up. */
  async unplug(host: string): Promise<{ plug: () => Promise<unknown> }> {
    const cable = await this.#cable(host);
    const { stdout } = await runProgram("ip", ["-o", "link", "show", cable]);
    const bridge = / master (\S+)/.exec(stdout)?.[1] ?? "";
    await runProgram("ip", ["link", "set", cable, "nomaster"]);
    return { plug: () => runProgram("ip", ["link", "set", cable, "master", bridge]) };
  }

  /** Removes it. */
  async end(): Promise<void> {
    this.#settle();
    const containers = this.hosts.flatMap((host) => [this.keepalived(host), this.balancer(host), `${this.network}-${host}`]);
    await docker.command("rm", "--force", "--volumes", ...containers);
    await docker.command("network", "rm", this.network).catch(() => undefined);
    await rm(this.directory, { recursive: true, force: true });
  }

  /** Tells every keepalived of a fourth host, which is not there. */
  async announceHost(): Promise<void> {
    const topology = topologyOf(this.number, [...this.hosts, "west"]);
    for (const host of this.hosts) await this.#configure(topology, host);
  }

  /** Configurations that each keepalived has read since it began. */
  async readings(): Promise<number[]> {
    const logs = await Promise.all(this.hosts.map((host) => docker.logs(this.keepalived(host))));
    return logs.map((log) => log.split("\n").filter((line) => line.includes("Reloading")).length);
  }

  /** Gives the keepalived of a host the configuration that it has in `topology`. */
  async #configure(topology: Topology, host: string): Promise<void> {
    const place = path.join(this.directory, host);
    const content = renderKeepalived(topology, host);
    const inside = contentPath(keepalivedFile, content);
    const outside = path.join(place, path.relative(filesDirectory, inside));
    await mkdir(path.dirname(outside), { recursive: true });
    await writeFile(outside, content);
    await writeFile(path.join(place, keepalivedFile), inside);
  }

  async #startHost({ host, address }: BalancerTopology): Promise<void> {
    const { images, hosts } = this.topology;
    const own = hosts.find(({ name }) => name === host)?.address ?? "";
    await writeFile(path.join(this.directory, `${host}.cfg`), balancerConfiguration(host, address));
    await this.#configure(this.topology, host);
    await writeFile(path.join(this.directory, host, "keepalived.sh"), renderKeepalivedScript());
    const run = (name: string, ...options: string[]): Promise<string> =>
      docker.command("run", "--detach", "--name", name, "--volume", `${this.directory}:/trial:ro`, ...options);

    const place = `${this.network}-${host}`;
    await run(place, "--network", this.network, "--ip", own, "--init", "--entrypoint", "sleep", images.haproxy, "3600");
    // Where the private network of a real host would be.
    await this.#inside(host, "ip", "address", "add", `${address}/32`, "dev", "lo");
    const inPlace = ["--network", `container:${place}`];
    await run(this.balancer(host), ...inPlace, "--entrypoint", "haproxy", images.haproxy, "-db", "-f", `/trial/${host}.cfg`);
    // As components/docker/virtual-address.ts does it.
    const rights = ["--cap-drop=ALL", ...["NET_ADMIN", "NET_RAW", "SETGID", "SETUID"].map((right) => `--cap-add=${right}`)];
    const files = ["--read-only", "--tmpfs=/run:rw,noexec,nosuid,size=1m", "--tmpfs=/tmp:rw,noexec,nosuid,size=1m,mode=1777"];
    const limits = ["--user=0:0", "--security-opt=no-new-privileges", "--memory=32m", "--restart=unless-stopped"];
    const ownFiles = ["--volume", `${path.join(this.directory, host)}:${filesDirectory}:ro`];
    const keepalived = ["--entrypoint", "sh", images.keepalived, `${filesDirectory}/keepalived.sh`];
    await run(this.keepalived(host), ...inPlace, ...ownFiles, ...rights, ...files, ...limits, ...keepalived);
  }

  get #virtual(): { address: string } {
    const { virtualAddress } = this.topology.loadBalancer;
    if (virtualAddress === undefined) throw new Error("the trial has no address that moves");
    return virtualAddress;
  }

  /** Runs a program in the network of a host. */
  async #inside(host: string, ...command: string[]): Promise<string> {
    const pid = await docker.hostPid(`${this.network}-${host}`);
    return (await runProgram("nsenter", [`--net=/proc/${pid}/ns/net`, ...command])).stdout;
  }

  /** This machine's end of the cable of a host. */
  async #cable(host: string): Promise<string> {
    const index = /^\d+: eth0@if(\d+):/m.exec(await this.#inside(host, "ip", "-o", "link"))?.[1];
    const { stdout } = await runProgram("ip", ["-o", "link"]);
    const name = new RegExp(`^${index}: ([^@:]+)`, "m").exec(stdout)?.[1];
    if (name === undefined) throw new Error(`${host} has no cable`);
    return name;
  }
}

/** An address in the range that is reserved for tests of this kind (RFC 2544). */
function addressOf(trial: number, host: number): string {
  return `198.18.${trial}.${host}`;
}

function topologyOf(trial: number, names: readonly string[]): Topology {
  const hosts = names.map((name, index): [string, HostShape] => [
    name,
    { dockerHost: "unix:///none", address: addressOf(trial, 11 + index) },
  ]);
  return resolveTopology(`trial-${trial}`, {
    hosts: Object.fromEntries(hosts),
    objectStore: { s3: { bucket: "none" } },
    loadBalancer: { virtualAddress: { address: addressOf(trial, 100) } },
  });
}

/** Who answers at the address. */
function answer(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const request = get({ host, port, agent: false, timeout: 250 }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => resolve(Buffer.concat(chunks).toString()));
      response.on("error", () => resolve(undefined));
    });
    request.on("timeout", () => request.destroy(new Error("no answer")));
    request.on("error", () => resolve(undefined));
  });
}

/** Statistics where a registry's HAProxy has them, and the name of the host for clients. */
function balancerConfiguration(host: string, address: string): string {
  return `defaults
  mode http
  timeout connect 1s
  timeout client 5s
  timeout server 5s
frontend statistics
  bind ${address}:8404
  monitor-uri /healthz
frontend clients
  bind :5000
  http-request return status 200 content-type text/plain string ${host}
`;
}
