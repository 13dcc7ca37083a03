import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { AccessMode, addressIn, ports, resolveTopology } from "ha-registry-core";
import type { RegistryArgs } from "ha-registry-docker";
import { docker } from "../../../test/dist/engine/support/docker";
import { startRegistry, type RegistryStack } from "../../../test/dist/engine/support/stack";
import { until } from "../../../test/dist/engine/support/waiting";
import type { Target } from "../load/curl";
import { minimalHaproxy, startBareRegistry, startHaproxy, withoutTls, type BucketPlace, type Place } from "./baselines";
import { ClientNamespace } from "./client-namespace";
import type { Cleanups } from "./cleanups";

/** Host numbers in the registry's network that the library leaves free. */
const hosts = { client: 200, minimal: 201, minimalTls: 202, clear: 203, bare: 204, bareTls: 205 } as const;

/** Rate limits are off, or the bench would measure them. */
export const rateLimit = { requestsPerSecond: 0, failedLoginsPerMinute: 0 };

/**
 * A deployed registry with clients beside it. What it is compared with joins its network on demand, and goes with it.
 */
export class BenchRegistry {
  readonly #baselines = new Map<string, Promise<Target>>();

  private constructor(
    readonly stack: RegistryStack,
    /** Where clients run. */
    readonly client: ClientNamespace,
    /** The balancer as deployed. */
    readonly balancer: Target,
    /** Directory for files of clients. */
    readonly directory: string,
    private readonly subnet: string,
  ) {}

  /** Deploys a registry with two nodes, storage on a volume if `more` says nothing else, and TLS; `cleanups` takes it away. */
  static async start(mode: AccessMode, cleanups: Cleanups, more: RegistryArgs = {}): Promise<BenchRegistry> {
    const access = { mode, allowAnonymous: mode === AccessMode.None };
    const stack = await startRegistry({ args: { access, loadBalancer: { rateLimit, bindAddress: "127.0.0.1" }, ...more } });
    let deployment: Promise<unknown> = Promise.resolve();
    cleanups.add(`registry ${stack.name}`, async () => {
      await deployment.catch(() => undefined); // what Pulumi makes after the removal would stay
      await stack.removeByForce();
    });
    const { network, loadBalancer } = resolveTopology(stack.name, stack.args);
    const balancerAddress = loadBalancer.balancers[0]?.address ?? "";
    const addresses = [balancerAddress, ...Object.values(hosts).map((host) => addressIn(network.subnet, host))];
    stack.logs.stop(); // who reads along a log takes time from what writes it
    deployment = stack.up((args) => ({ ...args, alternativeNames: ["localhost", "127.0.0.1", ...addresses] }));
    await deployment;

    const directory = await mkdtemp(path.join(os.tmpdir(), "ha-registry-bench-"));
    cleanups.add(directory, () => rm(directory, { recursive: true, force: true }));
    const client = await ClientNamespace.join(stack.name, addressIn(network.subnet, hosts.client));
    cleanups.add(`clients of ${stack.name}`, () => client.remove());

    const { caCertificatePem, credentials } = await stack.outputs();
    const caFile = path.join(directory, "ca.crt");
    await writeFile(caFile, caCertificatePem);
    const login = mode === AccessMode.Htpasswd ? { credentials } : {};
    const balancer = { endpoint: `https://${balancerAddress}:${ports.balancer}`, caFile, ...login };
    return new BenchRegistry(stack, client, balancer, directory, network.subnet);
  }

  /** The first node, without any balancer. */
  get node(): Target {
    return this.#inClear(this.#nodeAddress);
  }

  /** The deployed balancer's configuration without TLS, in an HAProxy of its own. */
  async clearBalancer(): Promise<Target> {
    return this.#once("clear", async (place) => {
      await startHaproxy(place, withoutTls(await this.#deployedConfig()));
      return this.#inClear(place.address);
    });
  }

  /** A minimal HAProxy before the first node. */
  async minimalBalancer(): Promise<Target> {
    return this.#once("minimal", async (place) => {
      await startHaproxy(place, minimalHaproxy(this.#nodeAddress));
      return this.#inClear(place.address);
    });
  }

  /** A minimal HAProxy with TLS, the deployed certificate, before the first node. */
  async minimalTlsBalancer(): Promise<Target> {
    return this.#once("minimalTls", async (place) => {
      await startHaproxy(place, minimalHaproxy(this.#nodeAddress, await this.#certificate()));
      return this.#withTls(place.address);
    });
  }

  /** A bare registry with a volume of its own, or a bucket: no balancer, no login, no Redis. */
  async bareRegistry(bucket?: BucketPlace): Promise<Target> {
    return this.#once("bare", async (place) => {
      await startBareRegistry(place, bucket ?? place.name);
      return { endpoint: `http://${place.address}:${ports.registry}` };
    });
  }

  /** The same with TLS of its own, with the deployed certificate. */
  async bareTlsRegistry(bucket?: BucketPlace): Promise<Target> {
    return this.#once("bareTls", async (place) => {
      await startBareRegistry(place, bucket ?? place.name, await this.#certificate());
      const { caFile, endpoint } = this.#withTls(place.address);
      return { endpoint, caFile };
    });
  }

  async #once(what: keyof typeof hosts, begin: (place: Place) => Promise<Target>): Promise<Target> {
    const started = this.#baselines.get(what) ?? this.#start(what, begin);
    this.#baselines.set(what, started);
    return started;
  }

  async #start(what: keyof typeof hosts, begin: (place: Place) => Promise<Target>): Promise<Target> {
    const name = `${this.stack.name}-${what.toLowerCase()}`;
    const place = {
      stack: this.stack.name,
      name,
      network: this.stack.name,
      address: addressIn(this.subnet, hosts[what]),
      filesVolume: await this.#filesVolume(),
    };
    const target = await begin(place);
    await until(`${name} answers`, 20, async () => {
      await this.client.run("curl", ["--silent", "--insecure", "--output", "/dev/null", `${target.endpoint}/v2/`]);
      return true;
    });
    return target;
  }

  get #nodeAddress(): string {
    return resolveTopology(this.stack.name, this.stack.args).nodes[0]?.address ?? "";
  }

  #inClear(address: string): Target {
    return {
      endpoint: `http://${address}:${ports.balancer}`,
      ...(this.balancer.credentials && { credentials: this.balancer.credentials }),
    };
  }

  #withTls(address: string): Target {
    return { ...this.balancer, endpoint: `https://${address}:${ports.balancer}` };
  }

  async #deployedConfig(): Promise<string> {
    const name = this.stack.container("haproxy-1");
    const file = (await docker.inspect(name)).Config.Cmd?.at(-1) ?? "";
    return docker.command("exec", name, "cat", file);
  }

  /** Path of certificate and key in the volume of files. */
  async #certificate(): Promise<string> {
    const path = / crt "?([^" ]+)/.exec(await this.#deployedConfig())?.[1];
    if (path === undefined) throw new Error("haproxy.cfg names no certificate");
    return path;
  }

  /** The volume with the balancer's files. */
  async #filesVolume(): Promise<string> {
    const format = "{{range .Mounts}}{{.Name}}{{end}}";
    return (await docker.command("inspect", "--format", format, this.stack.container("haproxy-1"))).trim();
  }
}
