import { chown, cp, mkdir, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import {
  AccessMode,
  ImageName,
  ports,
  renderAwsHaproxy,
  renderBalancerScript,
  renderRegistryConfig,
  renderTaskScript,
  resolveGlobalTopology,
  statisticsPortVariable,
  taskPath,
  taskVariable,
  users,
  withHome,
} from "ha-registry-core";
import type { AwsTopology, GlobalRegistryShape } from "ha-registry-core";
import { ensureImages } from "ha-registry-tools";
import { makeAuthority, makeServerCertificate, type KeyPair } from "./authority";
import { docker } from "./docker";
import { RawClient } from "./http-client";
import { until } from "./waiting";

/** Label of the containers and the network of these regions. */
const label = "ha-registry-test=aws-regions";

/** The network that stands for the regions', which are joined; two of them share it, so that home knows whose balancers it may believe. */
const networks = { "eu-central-1": "10.95.0.0/16", "us-east-1": "10.96.0.0/17", "ap-southeast-2": "10.96.128.0/17" } as const;
const joined = "10.96.0.0/16";

/** One of the regions. */
export type Region = keyof typeof networks;

/** All regions. */
export const regions = Object.keys(networks) as Region[];

const hostname = "registry.corp.example";

/**
 * Regions of a registry on AWS, as containers of this machine: in each a task, with registry and HAProxy, which start as ECS starts them, with the rendered files, and
 * what stands for a Network Load Balancer. Buckets are directories, and nothing is copied between them unless a test says so.
 */
export class Regions {
  readonly #name = `aws-regions-${process.pid}`;
  readonly #images: { registry: string; haproxy: string };
  readonly #certificate: KeyPair;

  private constructor(
    private readonly directory: string,
    private readonly authority: KeyPair,
    certificate: KeyPair,
    images: { registry: string; haproxy: string },
  ) {
    this.#certificate = certificate;
    this.#images = images;
  }

  /** Makes the network, the empty buckets, and what stands for the load balancers. */
  static async create(): Promise<Regions> {
    const made = await ensureImages({ names: [ImageName.Registry, ImageName.Haproxy] });
    const [registry, haproxy] = made.map(({ reference }) => reference);
    const authority = await makeAuthority("regions CA");
    const certificate = await makeServerCertificate(authority, [`DNS:${hostname}`, "IP:127.0.0.1"]);
    const directory = await mkdtemp(path.join(os.tmpdir(), "aws-regions-"));
    const all = new Regions(directory, authority, certificate, { registry: registry ?? "", haproxy: haproxy ?? "" });
    for (const region of regions) {
      await mkdir(all.bucket(region), { recursive: true });
      await chown(all.bucket(region), users.registry, users.registry);
    }
    await docker.command("network", "create", "--label", label, "--subnet", joined, all.#name);
    return all;
  }

  /** Removes everything. */
  async remove(): Promise<void> {
    for (const region of regions) await this.lose(region);
    await docker.command("network", "rm", this.#name);
    await rm(this.directory, { recursive: true, force: true });
  }

  /** Directory that stands for a region's bucket. */
  bucket(region: Region): string {
    return path.join(this.directory, region);
  }

  /** What S3 copies: every object that the other bucket has not, or that is newer. `only` says which are there already, in a test's eyes. */
  async copy(from: Region, to: Region, only = /./): Promise<void> {
    const source = this.bucket(from);
    for (const entry of await readdir(source, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const relative = path.relative(source, path.join(entry.parentPath, entry.name));
      if (relative.includes("/_uploads/") || !only.test(relative)) continue;
      await cp(path.join(source, relative), path.join(this.bucket(to), relative), { preserveTimestamps: true });
    }
    await ownAll(this.bucket(to));
  }

  /** How many objects a region's bucket has. */
  async objects(region: Region): Promise<number> {
    return (await readdir(this.bucket(region), { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).length;
  }

  /** Starts a region, or starts it anew as what it now is. */
  async start(region: Region, shape: Pick<GlobalRegistryShape, "home" | "tagReads">): Promise<void> {
    await this.lose(region);
    const topology = topologyOf(region, shape);
    await this.#startRegistry(region, topology);
    await this.#startHaproxy(region, topology);
    await this.#startBalancer(region, topology.nodes.balancerPort);
    await until(`${region} serves`, 60, async () => (await this.#ask(region, "/")) === 200);
  }

  /** Ends all of a region at once. Its bucket stays. */
  async lose(region: Region): Promise<void> {
    await docker.command("rm", "--force", "--volumes", ...["balancer", "haproxy", "registry"].map((part) => this.#container(region, part)));
  }

  /** A client in a region. */
  async client(region: Region): Promise<RawClient> {
    return new RawClient({ endpoint: await this.#endpoint(region), caPem: this.authority.certificatePem, idleSeconds: 60 });
  }

  /** What a region's HAProxy has logged. */
  log(region: Region): Promise<string> {
    return docker.logs(this.#container(region, "haproxy"));
  }

  /** Waits until the balancer of a region has heard that home is there, or that it is lost. */
  async untilHome(region: Region, isThere: boolean): Promise<void> {
    await until(`${region} finds home ${isThere ? "there" : "lost"}`, 60, async () => {
      const csv = await docker.command(
        "exec",
        this.#container(region, "haproxy"),
        "wget",
        "-q",
        "-O",
        "-",
        `http://127.0.0.1:${ports.statistics}/;csv`,
      );
      // Each backend looks for itself, and by its own time.
      const servers = csv
        .split("\n")
        .map((line) => line.split(","))
        .filter(([, server = ""]) => server.startsWith("home-"));
      const backends = new Set(servers.map(([backend]) => backend));
      const finding = new Set(servers.filter((fields) => fields[17]?.startsWith("UP")).map(([backend]) => backend));
      return backends.size > 0 && finding.size === (isThere ? backends.size : 0);
    });
  }

  #container(region: Region, part: string): string {
    return `${this.#name}-${region}-${part}`;
  }

  async #endpoint(region: Region): Promise<string> {
    const published = await docker.command("port", this.#container(region, "balancer"), "443/tcp");
    return `https://${published.trim().split("\n")[0]}`;
  }

  async #ask(region: Region, of: string): Promise<number> {
    const client = await this.client(region);
    try {
      return (await client.request("GET", of, { expect: [200, 503] })).status;
    } finally {
      client.close();
    }
  }

  async #startRegistry(region: Region, topology: AwsTopology): Promise<void> {
    // A directory instead of a bucket, and the memory of the one node instead of a cache that nodes share.
    const here = { ...topology, objectStore: {}, redis: { ...topology.redis, enabled: false } };
    const files = { "config.yml": renderRegistryConfig(here, {}, { httpSecret: "shared by all regions" }, {}) };
    const options = ["--network", this.#name, "--volume", `${this.bucket(region)}:/var/lib/registry`];
    await this.#run(region, "registry", this.#images.registry, users.registry, options, files, {}, [
      "registry",
      "serve",
      taskPath("config.yml"),
    ]);
  }

  async #startHaproxy(region: Region, topology: AwsTopology): Promise<void> {
    const files = {
      "balancer.pem": `${this.#certificate.certificatePem}${this.#certificate.privateKeyPem}`,
      "balancer.sh": renderBalancerScript(),
      "haproxy.cfg": renderAwsHaproxy(topology, { certificate: taskPath("balancer.pem"), homeCa: taskPath("home-ca.crt") }),
      "home-ca.crt": this.authority.certificatePem,
    };
    const variables = { [statisticsPortVariable]: String(ports.statistics) };
    const options = ["--network", `container:${this.#container(region, "registry")}`];
    await this.#run(region, "haproxy", this.#images.haproxy, users.haproxy, options, files, variables, [
      "sh",
      taskPath("balancer.sh"),
      taskPath("haproxy.cfg"),
    ]);
  }

  /** What a Network Load Balancer does: it ends TLS, speaks TLS with the tasks that are healthy, and tells the client's address by the PROXY protocol. */
  async #startBalancer(region: Region, port: number): Promise<void> {
    const config = [
      "defaults",
      "  mode tcp",
      "  timeout connect 3s",
      "  timeout client 350s",
      "  timeout server 350s",
      "listen clients",
      `  bind :443 ssl crt ${taskPath("server.pem")}`,
      `  server task ${this.#container(region, "registry")}:${port} ssl verify none send-proxy-v2`,
      "",
    ].join("\n");
    const files = { "server.pem": `${this.#certificate.certificatePem}${this.#certificate.privateKeyPem}`, "haproxy.cfg": config };
    const options = ["--network", this.#name, "--network-alias", addressOf(region), "--publish", "127.0.0.1::443"];
    await this.#run(region, "balancer", this.#images.haproxy, users.haproxy, options, files, {}, [
      "haproxy",
      "-db",
      "-f",
      taskPath("haproxy.cfg"),
    ]);
  }

  /** Starts a container as ECS starts that of a task: its files come as variables, its root is read-only, and it has no capability. */
  async #run(
    region: Region,
    part: string,
    image: string,
    user: number,
    options: readonly string[],
    files: Readonly<Record<string, string>>,
    variables: Readonly<Record<string, string>>,
    command: readonly string[],
  ): Promise<void> {
    const all = { ...variables, ...Object.fromEntries(Object.entries(files).map(([name, text]) => [taskVariable(name), text])) };
    await docker.command(
      ...["run", "--detach", "--name", this.#container(region, part), "--label", label],
      ...["--user", `${user}`, "--read-only", "--cap-drop", "ALL", "--entrypoint", "sh"],
      ...options,
      ...Object.entries(all).flatMap(([name, value]) => ["--env", `${name}=${value}`]),
      ...[image, "-c", renderTaskScript(Object.keys(files), command)],
    );
  }
}

function topologyOf(region: Region, shape: Pick<GlobalRegistryShape, "home" | "tagReads">): AwsTopology {
  const global = resolveGlobalTopology("regions", {
    ...shape,
    regions: Object.fromEntries(regions.map((of) => [of, { network: { cidr: networks[of] } }])),
    hostname,
    access: { mode: AccessMode.None, allowAnonymous: true },
  });
  const found = global.regions.find((of) => of.region === region);
  if (found === undefined) throw new Error(`there is no region ${region}`);
  return withHome(found.topology, addressOf(shape.home));
}

/** The name that AWS would give a load balancer. */
function addressOf(region: string): string {
  return `balancer.${region}.example`;
}

async function ownAll(directory: string): Promise<void> {
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const at = path.join(entry.parentPath, entry.name);
    const { uid } = await stat(at);
    if (uid !== users.registry) await chown(at, users.registry, users.registry);
  }
}
