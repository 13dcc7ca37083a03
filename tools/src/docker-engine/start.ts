import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, open, readFile, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { RegistryError } from "ha-registry-core";

import { cachePath } from "../cache";
import { lastLines, runCommand } from "../command";
import { DockerCli } from "../images/docker";
import { elapsed, HEARTBEAT_SECONDS, type Report } from "../progress";
import { hasSystemd, probe } from "./diagnose";

/** How long the daemon may take until it answers, in milliseconds. */
const START_TIMEOUT_MS = 120_000;
const POLL_MS = 300;

/** One Docker daemon of this machine. */
export interface Dockerd {
  /** Socket that it answers at, as `unix:///var/run/docker.sock`. */
  host: string;
  /** File that it keeps its process id in. */
  pidFile: string;
  /** Directory of what runs; the pid file of its containerd is in it. */
  execRoot: string;
  /** Further arguments of `dockerd`. */
  args: readonly string[];
  /** File that its log is added to. */
  log: string;
  /** Whether systemd runs it where there is systemd. */
  service: boolean;
}

/** The machine's own daemon, with whatever its `daemon.json` says. */
export function defaultDockerd(): Dockerd {
  return {
    host: "unix:///var/run/docker.sock",
    pidFile: "/var/run/docker.pid",
    execRoot: "/var/run/docker",
    args: [],
    log: cachePath("docker", "dockerd.log"),
    service: true,
  };
}

/**
 * Starts a daemon unless it is running, and waits until it answers. It goes on when the caller ends.
 *
 * @throws {RegistryError} with the last lines of its log when it ends or never answers.
 */
export async function startDockerd(dockerd: Dockerd, report: Report): Promise<void> {
  const start = Date.now();
  const logStart = await stat(dockerd.log).then(
    ({ size }) => size,
    () => 0,
  );
  report("Docker Engine: starting it");
  const failed = await launch(dockerd);
  let told = start;
  for (;;) {
    const failure = await probe(new DockerCli(dockerd.host));
    if (failure === undefined) break;
    const reason =
      failed() ?? (Date.now() - start > START_TIMEOUT_MS ? `it does not answer after ${elapsed(start)}: ${failure}` : undefined);
    if (reason !== undefined) throw await refusal(reason, dockerd, logStart);
    if (Date.now() - told > HEARTBEAT_SECONDS * 1000) {
      report(`Docker Engine: starting it … ${elapsed(start)}`);
      told = Date.now();
    }
    await sleep(POLL_MS);
  }
  report(`Docker Engine: answers after ${elapsed(start)}`);
}

/** @returns a function that tells why the start has failed, or undefined while it has not. */
async function launch(dockerd: Dockerd): Promise<() => string | undefined> {
  if (dockerd.service && hasSystemd()) {
    const { code, stderr } = await runCommand("systemctl", ["start", "docker"]);
    return () => (code === 0 ? undefined : `\`systemctl start docker\` failed: ${stderr.trim()}`);
  }
  const running = await runningOrStale(dockerd.pidFile, "dockerd");
  if (running) return () => undefined;
  await runningOrStale(join(dockerd.execRoot, "containerd", "containerd.pid"), "containerd");
  return spawnDetached(dockerd);
}

/**
 * A daemon refuses to start while its pid file names any process, and after a crash or a restart of the machine that may be a
 * stranger: such a file is removed.
 *
 * @returns whether the file names a running `program`.
 */
async function runningOrStale(pidFile: string, program: string): Promise<boolean> {
  if (!existsSync(pidFile)) return false;
  const pid = Number((await readFile(pidFile, "utf8")).trim());
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // As in `4711 (dockerd) S 1 …`; Z is a process that has ended and that nobody has asked about.
  const alive = /^\d+ \((.*)\) [^ZX]/.exec(stat)?.[1] === program;
  if (!alive) await rm(pidFile, { force: true });
  return alive;
}

async function spawnDetached({ args, log }: Dockerd): Promise<() => string | undefined> {
  await mkdir(dirname(log), { recursive: true });
  const file = await open(log, "a", 0o600);
  let failure: string | undefined;
  const child = spawn("dockerd", [...args], {
    detached: true,
    env: { ...process.env, PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin` },
    stdio: ["ignore", file.fd, file.fd],
  });
  child.once("error", (error) => (failure = `dockerd cannot be started: ${error.message}`));
  child.once("exit", (code, signal) => (failure = `dockerd ended (${code ?? signal})`));
  child.unref();
  await file.close();
  return () => failure;
}

async function refusal(reason: string, { log, service }: Dockerd, logStart: number): Promise<RegistryError> {
  const text = (await readFile(log, "utf8").catch(() => "")).slice(logStart);
  const notable = text.split("\n").filter((line) => !/level=(info|debug)/.test(line));
  const more = service && hasSystemd() ? "see `journalctl -u docker`" : `${lastLines(notable.join("\n"), 5)}\nThe whole log is ${log}`;
  return new RegistryError("Docker Engine", [{ path: "dockerd", message: `${reason}; ${more}` }]);
}
