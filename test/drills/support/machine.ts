import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { runProgram } from "../../engine/support/program";
import { Docker } from "../../engine/support/docker";
import { onInterrupt } from "../../engine/support/interrupt";
import { until } from "../../engine/support/waiting";
import type { Lan } from "./lan";

/** What a machine has beside its Docker Engine. */
export interface MachineOptions {
  /** Size of a disk of its own, MiB. @default - it shares this machine's */
  diskMiB?: number;
  /** Further options of its dockerd. @default - none */
  dockerd?: readonly string[];
}

/**
 * A machine in this machine: a Docker Engine with a data directory, a network namespace and an address of its own. It can lose its power.
 * Needs root. `end` has to be called whatever happens.
 */
export class Machine {
  /** Address of its Docker Engine. */
  readonly dockerHost: string;
  readonly docker: Docker;
  readonly #settle: () => void;

  private constructor(
    private readonly lan: Lan,
    /** Name of its network namespace. */
    readonly name: string,
    private readonly directory: string,
    /** Address under which others reach what it publishes. */
    readonly address: string,
    private readonly options: readonly string[],
  ) {
    this.dockerHost = `unix://${path.join(directory, "docker.sock")}`;
    this.docker = new Docker(this.dockerHost);
    this.#settle = onInterrupt(() => this.end());
  }

  /**
   * Makes a machine and boots it.
   *
   * @param lan Network that it is on.
   * @param host Its host number there, from 2.
   */
  static async start(lan: Lan, host: number, { diskMiB, dockerd = [] }: MachineOptions = {}): Promise<Machine> {
    const directory = await mkdtemp(path.join(os.tmpdir(), "machine-"));
    const machine = new Machine(lan, `${lan.bridge}-${host}`, directory, lan.address(host), dockerd);
    if (diskMiB !== undefined) await machine.#addDisk(diskMiB);
    await machine.boot();
    return machine;
  }

  /** Gives its Docker Engine images of this machine's. */
  async load(...references: string[]): Promise<void> {
    if (references.length === 0) return;
    const archive = path.join(this.directory, "images.tar");
    await new Docker().command("save", "--output", archive, ...references);
    await this.docker.command("load", "--input", archive);
    await rm(archive);
  }

  /** Switches it on: network, then Docker, which starts what shall run. */
  async boot(): Promise<void> {
    await this.#connect();
    await this.#startDocker();
  }

  async #startDocker(): Promise<void> {
    const log = openSync(path.join(this.directory, "dockerd.log"), "a");
    const place = (name: string): string => path.join(this.directory, name);
    const options = [
      "--data-root",
      place("data"),
      "--exec-root",
      place("run"),
      "--pidfile",
      place("docker.pid"),
      "--host",
      this.dockerHost,
      ...this.options,
    ];
    // Not `ip netns exec`, which mounts another /sys, where dockerd finds no control groups.
    const daemon = spawn("nsenter", [`--net=/run/netns/${this.name}`, "dockerd", ...options], {
      detached: true,
      stdio: ["ignore", log, log],
    });
    daemon.unref();
    closeSync(log);
    await until("the Docker Engine answers", 60, async () => (await this.docker.command("version")) !== "");
  }

  /** Takes its power: every process of it is gone at once, and what was only in memory with it. */
  async losePower(): Promise<void> {
    const containers = (await this.docker.command("ps", "--quiet")).split("\n").filter((id) => id !== "");
    const pids = await Promise.all(containers.map((id) => this.docker.hostPid(id)));
    await this.#kill(pids);
    await this.#unmountVolumes();
    for (const kind of ["run", "docker.pid", "docker.sock"]) await rm(path.join(this.directory, kind), { recursive: true, force: true });
    await this.#disconnect();
  }

  /** What Docker had mounted, as volumes in memory, is gone with its power; the disk of its own stays. */
  async #unmountVolumes(): Promise<void> {
    const mounts = (await readFile("/proc/mounts", "utf8")).split("\n").map((line) => line.split(" ")[1] ?? "");
    for (const mount of mounts.filter((each) => each.startsWith(`${this.dataDirectory}/`)).reverse())
      await runProgram("umount", ["--lazy", mount]);
  }

  /** Cuts its link, or mends it again: its processes go on, and nobody hears of them. */
  async setLink(state: "up" | "down"): Promise<void> {
    await runProgram("ip", ["link", "set", this.name, state]);
  }

  /** Runs a program in its network namespace. */
  async run(program: string, ...args: string[]): Promise<string> {
    return (await runProgram("nsenter", [`--net=/run/netns/${this.name}`, program, ...args])).stdout;
  }

  /** Directory of all that its Docker Engine keeps: of its own disk, if it has one. */
  get dataDirectory(): string {
    return path.join(this.directory, "data");
  }

  /** Stops and starts its Docker Engine, as an update of it does. */
  async restartDocker(): Promise<void> {
    const pid = Number(await readFile(path.join(this.directory, "docker.pid"), "utf8"));
    process.kill(pid, "SIGTERM");
    await until("the Docker Engine has ended", 120, async () => !existsSync(`/proc/${pid}`));
    await this.#startDocker();
  }

  /** Removes it. */
  async end(): Promise<void> {
    this.#settle();
    const containers = await this.docker.command("ps", "--all", "--quiet").catch(() => "");
    const ids = containers.split("\n").filter((id) => id !== "");
    if (ids.length > 0) await this.docker.command("rm", "--force", ...ids);
    await this.#kill([]);
    await this.#disconnect().catch(() => undefined); // it may have no power at the moment
    await runProgram("umount", ["--lazy", this.dataDirectory]).catch(() => undefined); // it may have no disk of its own
    await rm(this.directory, { recursive: true, force: true });
  }

  /** Text of its Docker Engine's log. */
  async log(): Promise<string> {
    return readFile(path.join(this.directory, "dockerd.log"), "utf8");
  }

  /** Kills processes: dockerd, its containerd and shims, which name the directory in their command lines, and those in containers. */
  async #kill(containerPids: readonly number[]): Promise<void> {
    const engine = await pidsNaming(this.directory);
    for (const pid of [...engine, ...containerPids]) kill(pid);
    await until("its processes are gone", 20, async () => (await pidsNaming(this.directory)).length === 0);
    const mounts = (await readFile("/proc/self/mounts", "utf8")).split("\n").map((line) => line.split(" ")[1] ?? "");
    const own = mounts.filter((at) => at.startsWith(this.directory) && at !== this.dataDirectory);
    for (const mount of own.reverse()) await runProgram("umount", ["--lazy", mount]);
  }

  async #connect(): Promise<void> {
    const { name, lan } = this;
    await mkdir("/run/netns", { recursive: true });
    await runProgram("ip", ["netns", "add", name]);
    await runProgram("ip", ["link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name]);
    await runProgram("ip", ["link", "set", name, "master", lan.bridge, "up"]);
    await runProgram("ip", ["-n", name, "address", "add", `${this.address}/24`, "dev", "eth0"]);
    for (const link of ["lo", "eth0"]) await runProgram("ip", ["-n", name, "link", "set", link, "up"]);
    await runProgram("ip", ["-n", name, "route", "add", "default", "via", lan.gateway]);
  }

  async #disconnect(): Promise<void> {
    await runProgram("ip", ["netns", "delete", this.name]);
    await runProgram("ip", ["link", "delete", this.name]).catch(() => undefined); // it goes with its other end, sooner or later
  }

  /** A file system of its own for everything of its Docker Engine: full when it is full. */
  async #addDisk(sizeMiB: number): Promise<void> {
    const [image, data] = [path.join(this.directory, "disk"), path.join(this.directory, "data")];
    await mkdir(data);
    await runProgram("truncate", ["--size", `${sizeMiB}M`, image]);
    await runProgram("mkfs.ext4", ["-q", "-m", "0", image]);
    await runProgram("mount", ["-o", "loop", image, data]);
  }
}

/** Processes whose command line names `text`, without this one. */
async function pidsNaming(text: string): Promise<number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const named = await Promise.all(
    pids.map(async (pid) => {
      const commandLine = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
      return commandLine.includes(text) && pid !== process.pid;
    }),
  );
  return pids.filter((_, index) => named[index]);
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It is gone already.
  }
}
