import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, readlink, rm, rmdir, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { KubernetesNetwork } from "./kubernetes-network";
import { runProgram } from "./program";
import { until } from "./waiting";

/** What everything of a node is named after: the process that made it. */
const prefix = "ha-kube-";

/** Where the kernel has its control groups: one tree (version 2), or one for each controller. */
const groups = "/sys/fs/cgroup";

/** Where kubelet links logs, wherever they are. */
const logLinks = "/var/log/containers";

/** Settings of the kernel that kubelet makes for the whole machine, whoever else is on it. */
const kernelSettings = ["vm/overcommit_memory", "vm/panic_on_oom", "kernel/panic", "kernel/panic_on_oops"];

/** Name of the node that this process makes: of its network, its control groups, and its directory. It is short, since interfaces are. */
export function nodeName(): string {
  return `${prefix}${process.pid}`;
}

/** Directory of all that the node of that name keeps. */
export function nodeDirectory(name: string): string {
  return path.join(os.tmpdir(), name);
}

/** Control groups that the pods of the node of that name are in, one for each controller. They need not be there. */
export async function nodeGroups(name: string): Promise<string[]> {
  if (existsSync(path.join(groups, "cgroup.controllers"))) return [path.join(groups, name)];
  const controllers = await readdir(groups, { withFileTypes: true });
  return controllers.filter((entry) => entry.isDirectory()).map((entry) => path.join(groups, entry.name, name));
}

/** Writes down what kubelet is about to change, to be put right when the node of that name is removed. */
export async function rememberKernel(name: string): Promise<void> {
  for (const setting of kernelSettings) {
    const copy = path.join(nodeDirectory(name), "kernel", setting);
    await mkdir(path.dirname(copy), { recursive: true });
    await writeFile(copy, await readFile(path.join("/proc/sys", setting)));
  }
}

/** Removes all that processes which are no longer there left of their nodes. */
export async function removeRemains(): Promise<void> {
  const places = await Promise.all([os.tmpdir(), "/run/netns"].map((place) => readdir(place).catch(() => [])));
  const names = new Set(places.flat().filter((name) => /^\d+$/.test(name.slice(prefix.length)) && name.startsWith(prefix)));
  for (const name of names) if (!existsSync(`/proc/${name.slice(prefix.length)}`)) await removeNode(name);
}

/** Ends every process of a node, and removes what it had mounted, its network and its directory. */
export async function removeNode(name: string): Promise<void> {
  const directory = nodeDirectory(name);
  await until(`the processes of ${name} are gone`, 60, async () => {
    const pids = await processesOf(name);
    for (const pid of pids) kill(pid);
    return pids.length === 0;
  });
  const mounts = (await readFile("/proc/self/mounts", "utf8")).split("\n").map((line) => line.split(" ")[1] ?? "");
  for (const mount of mounts.filter((at) => at.startsWith(`${directory}/`)).reverse()) await runProgram("umount", ["--lazy", mount]);
  for (const group of await nodeGroups(name)) await removeGroup(group);
  for (const setting of kernelSettings) {
    const value = await readFile(path.join(directory, "kernel", setting)).catch(() => undefined);
    if (value !== undefined) await writeFile(path.join("/proc/sys", setting), value);
  }
  await KubernetesNetwork.remove(name);
  await rm(directory, { recursive: true, force: true });
  for (const link of await readdir(logLinks).catch(() => [])) {
    const at = path.join(logLinks, link);
    if ((await readlink(at).catch(() => "")).startsWith(`${directory}/`)) await rm(at, { force: true });
  }
}

/** Processes in the control groups of a node, and those whose command line names its directory. */
async function processesOf(name: string): Promise<number[]> {
  const pids = (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry)).map(Number);
  const belongs = await Promise.all(
    pids.map(async (pid) => {
      const read = (file: string): Promise<string> => readFile(`/proc/${pid}/${file}`, "utf8").catch(() => "");
      const own = (await read("cgroup")).includes(`:/${name}/`) || (await read("cmdline")).includes(`${nodeDirectory(name)}/`);
      // One that has ended waits only for its parent to hear of it.
      return own && pid !== process.pid && !/^\d+ \(.*\) Z/s.test(await read("stat"));
    }),
  );
  return pids.filter((_, index) => belongs[index]);
}

/** Control groups are removed from the inside out; their files are not files. */
async function removeGroup(group: string): Promise<void> {
  const entries = await readdir(group, { withFileTypes: true }).catch(() => []);
  for (const entry of entries.filter((each) => each.isDirectory())) await removeGroup(path.join(group, entry.name));
  await rmdir(group).catch(() => undefined); // not every controller had one
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It is gone already.
  }
}
