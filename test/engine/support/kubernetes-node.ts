import { mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { ensureKubernetesNode, type NodePrograms } from "ha-registry-tools";
import { Docker } from "./docker";
import { makeImageOf } from "./images";
import { onInterrupt } from "./interrupt";
import { ControlPlane, type KubernetesObject } from "./kubernetes";
import { KubernetesNetwork } from "./kubernetes-network";
import { containerdConfig, dnsConfig, kubeletConfig, networkConfig, proxyConfig } from "./kubernetes-node-files";
import { nodeDirectory, nodeGroups, nodeName, rememberKernel, removeNode, removeRemains } from "./kubernetes-remains";
import { freePorts } from "./ports";
import { runProgram } from "./program";
import { ServerProcess } from "./server-process";
import { until } from "./waiting";

/** Bound of everything that takes a few seconds on a machine with nothing else to do. */
const PATIENCE_SECONDS = 300;

/** Address of the cluster's DNS, in the range of Services. */
const dnsAddress = "10.96.0.10";

/** Ports of the node's programs, in its own network. */
const ports = { containerd: 1338, kubelet: 10248, proxy: 10256, dns: 53 };

/** A pod, as far as tests read it. */
export interface Pod extends KubernetesObject {
  metadata: KubernetesObject["metadata"] & { namespace: string; uid: string; deletionTimestamp?: string };
  status: {
    phase: string;
    podIP?: string;
    conditions?: { type: string; status: string }[];
    containerStatuses?: { restartCount: number; containerID?: string }[];
  };
}

interface Node extends KubernetesObject {
  status: { conditions?: { type: string; status: string; message?: string }[] };
}

/**
 * A Kubernetes whose pods run: a control plane, and one node in a network namespace of its own, with a scheduler, containerd, kubelet, kube-proxy and CoreDNS. Its network
 * enforces no NetworkPolicy. Needs root. `stop` has to be called whatever happens.
 */
export class KubernetesNode {
  readonly #servers: ServerProcess[] = [];
  readonly #settle: () => void;
  readonly #directory: string;
  #plane: ControlPlane | undefined;

  private constructor(
    private readonly network: KubernetesNetwork,
    private readonly programs: NodePrograms,
  ) {
    this.#directory = nodeDirectory(network.name);
    this.#settle = onInterrupt(() => this.stop());
  }

  /**
   * Starts one with images of this machine's Docker.
   *
   * @param images References of images that pods run.
   * @throws {Error} with what a program printed, when it does not come up.
   */
  static async start(images: readonly string[]): Promise<KubernetesNode> {
    if (process.getuid?.() !== 0) throw new Error("a Kubernetes node needs root: it makes network namespaces and control groups");
    const programs = await ensureKubernetesNode(() => undefined);
    await removeRemains();
    const node = new KubernetesNode(await KubernetesNetwork.make(nodeName()), programs);
    try {
      await mkdir(node.#directory, { mode: 0o700 });
      node.#plane = await ControlPlane.start(node.outside, node.#directory);
      await node.#write();
      await node.#startRuntime(images);
      await node.#startNode();
      await node.#startDns();
    } catch (error) {
      await node.stop();
      throw error;
    }
    return node;
  }

  /** Its control plane. */
  get plane(): ControlPlane {
    if (this.#plane === undefined) throw new Error("there is no control plane yet");
    return this.#plane;
  }

  /** Address at which ports of Services of type NodePort are reached. */
  get address(): string {
    return this.network.address;
  }

  /** This machine's address, as pods reach it. */
  get outside(): string {
    return this.network.outside;
  }

  /** The pods of a namespace, or those of one part of a registry. */
  async pods(namespace: string, part?: string): Promise<Pod[]> {
    const selector = part === undefined ? "" : `?labelSelector=app.kubernetes.io/component%3D${part}`;
    return this.plane.list<Pod>(`/api/v1/namespaces/${namespace}/pods${selector}`);
  }

  /** Kills the processes of a pod's container at once, as a crash does. */
  async crash(pod: Pod): Promise<void> {
    await this.containerd("tasks", "kill", "--signal", "SIGKILL", containerOf(pod));
  }

  /** Deletes a pod without notice, and returns when its container is gone. */
  async remove(pod: Pod): Promise<void> {
    const { namespace, name } = pod.metadata;
    const id = containerOf(pod);
    await this.plane.remove(`/api/v1/namespaces/${namespace}/pods/${name}?gracePeriodSeconds=0`);
    await until("the container is gone", PATIENCE_SECONDS, async () => !(await this.containerd("tasks", "list", "--quiet")).includes(id));
  }

  /** A static program that waits until it is told to end, for images of tests. */
  program(): Promise<Buffer> {
    return readFile(this.programs.pause);
  }

  /**
   * Has containerd trust and find a registry.
   *
   * @param files What the registry says that clients need, by path below `/`. The node reads them from a directory of its own.
   */
  async trust(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, text] of Object.entries(files).filter(([file]) => file.startsWith("etc/containerd/"))) {
      await mkdir(path.dirname(this.#at(name)), { recursive: true });
      await writeFile(this.#at(name), text.replaceAll("/etc/containerd/", this.#at("etc/containerd/")));
    }
  }

  /** Gives it an image of this machine's Docker. */
  async load(...references: string[]): Promise<void> {
    const archive = this.#at("images.tar");
    await new Docker().command("save", "--output", archive, ...references);
    await this.containerd("images", "import", archive);
    await rm(archive);
  }

  /** Runs containerd's client where kubelet's images and containers are. */
  async containerd(...args: string[]): Promise<string> {
    const [program, all] = this.network.within(this.programs.containerdClient, [
      ...["--address", this.#at("containerd.sock"), "--namespace", "k8s.io"],
      ...args,
    ]);
    return (await runProgram(program, all)).stdout;
  }

  /** What containers printed last, by their files' names: for messages of failures. */
  async logs(lines = 20): Promise<string> {
    const files = (await readdir(this.#at("logs"), { recursive: true })).filter((name) => name.endsWith(".log"));
    const texts = files.map(async (file) => {
      const text = await readFile(path.join(this.#at("logs"), file), "utf8").catch(() => "");
      return [file, ...text.split("\n").slice(-lines)].join("\n");
    });
    return (await Promise.all(texts)).join("\n");
  }

  /** What a container of a pod has written to standard output. */
  async output({ metadata }: Pod, container: string): Promise<string> {
    const directory = this.#at(`logs/${metadata.namespace}_${metadata.name}_${metadata.uid}/${container}`);
    const texts = await Promise.all((await readdir(directory)).sort().map((file) => readFile(path.join(directory, file), "utf8")));
    // As `<time> stdout F <line>`; P instead of F where the line goes on.
    return texts.join("").replace(/^\S+ std(?:out|err) F /gm, "");
  }

  /** Ends it, and removes all that it held. */
  async stop(): Promise<void> {
    this.#settle();
    for (const server of this.#servers.reverse()) await server.end();
    await this.#plane?.stop();
    await removeNode(this.network.name);
  }

  async #write(): Promise<void> {
    for (const name of ["network-plugins", "network", "logs"]) await mkdir(this.#at(name));
    for (const [name, program] of Object.entries(this.programs.networkPlugins)) await symlink(program, this.#at(`network-plugins/${name}`));
    const { name, pods, address } = this.network;
    const kubeconfig = this.#at("kubeconfig");
    const files: Record<string, string> = {
      kubeconfig: this.plane.kubeconfig,
      "network/pods.conflist": networkConfig(pods),
      "containerd.toml": containerdConfig(this.#directory, this.#pause, `${address}:${ports.containerd}`),
      "kubelet.json": kubeletConfig({ directory: this.#directory, cgroupRoot: `/${name}`, address, port: ports.kubelet, dnsAddress }),
      "proxy.json": proxyConfig({ kubeconfig, healthAddress: `${address}:${ports.proxy}`, pods }),
      Corefile: dnsConfig(address, ports.dns, kubeconfig),
    };
    for (const [file, text] of Object.entries(files)) await writeFile(this.#at(file), text, { mode: 0o600 });
    for (const group of await nodeGroups(name)) await mkdir(group);
    await rememberKernel(name);
  }

  async #startRuntime(images: readonly string[]): Promise<void> {
    await this.#run("containerd", this.programs.containerd, ports.containerd, ["--config", this.#at("containerd.toml")]);
    await this.#makePause();
    await this.load(...images);
  }

  /** The image that holds pods' namespaces. */
  async #makePause(): Promise<void> {
    const docker = new Docker();
    const { layer } = await makeImageOf(this.#at("pause"), await this.program());
    await docker.command("import", "--change", 'ENTRYPOINT ["/data"]', layer, this.#pause);
    try {
      await this.load(this.#pause);
    } finally {
      await docker.command("rmi", this.#pause);
    }
  }

  get #pause(): string {
    return `ha-registry.local/pause:${this.network.name}`;
  }

  async #startNode(): Promise<void> {
    const { name, address } = this.network;
    const kubeconfig = this.#at("kubeconfig");
    const schedulerPort = await freePorts(1);
    this.#servers.push(
      await ServerProcess.start({
        name: "kube-scheduler",
        program: this.programs.scheduler,
        args: ["--kubeconfig", kubeconfig, "--bind-address", "127.0.0.1", "--secure-port", String(schedulerPort), "--leader-elect=false"],
        port: schedulerPort,
        seconds: PATIENCE_SECONDS,
      }),
    );
    await this.#run("kubelet", this.programs.kubelet, ports.kubelet, [
      ...["--config", this.#at("kubelet.json"), "--kubeconfig", kubeconfig, "--root-dir", this.#at("kubelet")],
      ...["--cert-dir", this.#at("kubelet-certificates"), "--hostname-override", name, "--node-ip", address],
    ]);
    await this.#run("kube-proxy", this.programs.proxy, ports.proxy, ["--config", this.#at("proxy.json"), "--hostname-override", name]);
    await until("the node is ready", PATIENCE_SECONDS, async () => {
      const node = await this.plane.find<Node>(`/api/v1/nodes/${name}`);
      return node?.status.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
    });
  }

  /** CoreDNS is a process of the node, not a pod: the same to whoever asks, and no image is needed. */
  async #startDns(): Promise<void> {
    await this.#run("CoreDNS", this.programs.dns, ports.dns, ["-conf", this.#at("Corefile")]);
    const name = "kube-dns";
    const protocols = ["UDP", "TCP"].map((protocol) => ({ name: protocol.toLowerCase(), protocol, port: ports.dns }));
    await this.plane.post("/api/v1/namespaces/kube-system/services", {
      metadata: { name },
      spec: { clusterIP: dnsAddress, ports: protocols },
    });
    await this.plane.post("/apis/discovery.k8s.io/v1/namespaces/kube-system/endpointslices", {
      metadata: { name, labels: { "kubernetes.io/service-name": name } },
      addressType: "IPv4",
      ports: protocols,
      endpoints: [{ addresses: [this.address], conditions: { ready: true } }],
    });
  }

  async #run(name: string, program: string, port: number, args: readonly string[]): Promise<void> {
    const [entering, all] = this.network.within(program, args);
    const plan = { name, program: entering, args: all, port, address: this.address, seconds: PATIENCE_SECONDS };
    this.#servers.push(await ServerProcess.start(plan));
  }

  #at(name: string): string {
    return path.join(this.#directory, name);
  }
}

/** What containerd calls the one container of a pod. */
function containerOf({ metadata, status }: Pod): string {
  const [, id] = status.containerStatuses?.[0]?.containerID?.split("://") ?? [];
  if (id === undefined) throw new Error(`the pod ${metadata.name} has no container yet`);
  return id;
}
