import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { RegistryError } from "ha-registry-core";
import { ensureDocker, findExecutable, requireDiskFree, runCommand } from "ha-registry-tools";
import { startDockerd, type Dockerd } from "ha-registry-tools/dist/docker-engine/start";

const silent = (): void => undefined;

describe("a Docker Engine that does not answer", () => {
  test("at DOCKER_HOST: the message names the variable, the address and the way out", async () => {
    await withEnvironment({ DOCKER_HOST: "unix:///nonexistent/docker.sock" }, async () => {
      await assert.rejects(ensureDocker({ install: true, report: silent }), (error: unknown) => {
        assert.ok(error instanceof RegistryError);
        assert.match(error.message, /DOCKER_HOST: the Docker Engine at unix:\/\/\/nonexistent\/docker\.sock does not answer/);
        assert.match(error.message, /unset DOCKER_HOST/);
        return true;
      });
    });
  });

  test("because nothing is installed: the message gives the command that installs it", async () => {
    await withEnvironment({ PATH: "/nonexistent", DOCKER_HOST: undefined }, async () => {
      await assert.rejects(ensureDocker({ install: false, report: silent }), (error: unknown) => {
        assert.ok(error instanceof RegistryError);
        assert.match(error.message, /docker: the command `docker` is not installed; install it/);
        return true;
      });
    });
  });
});

test("a disk with less free space than is needed is refused", async () => {
  await requireDiskFree(1);
  await assert.rejects(requireDiskFree(1e18), /free where Docker keeps its data, at least 1000000000000 MB are needed/);
});

if (process.getuid?.() === 0) describe("starting a Docker daemon", startingDaemons);
else test("without root, the flag that installs and starts Docker is refused", refusedWithoutRoot);

async function refusedWithoutRoot(): Promise<void> {
  await withEnvironment({ PATH: "/nonexistent", DOCKER_HOST: undefined }, async () => {
    await assert.rejects(ensureDocker({ install: true, report: silent }), /user: HA_REGISTRY_INSTALL_DOCKER=1 [^]* only as root/);
  });
}

/** With another daemon beside the machine's own, which is not touched. */
function startingDaemons(): void {
  let directory: string;
  let dockerd: Dockerd;

  before(() => {
    assert.ok(findExecutable("dockerd", ["/usr/sbin"]), "dockerd is not installed");
    directory = mkdtempSync(join(tmpdir(), "dockerd-"));
    const host = `unix://${directory}/docker.sock`;
    const pidFile = join(directory, "docker.pid");
    const execRoot = join(directory, "run");
    const network = ["--bridge", "none", "--iptables=false"];
    const args = ["--host", host, "--pidfile", pidFile, "--exec-root", execRoot, "--data-root", join(directory, "data"), ...network];
    dockerd = { host, pidFile, execRoot, args, log: join(directory, "log", "dockerd.log"), service: false };
  });

  after(async () => {
    await stop(dockerd, "SIGTERM");
    await runCommand("umount", [join(directory, "data")]);
    rmSync(directory, { recursive: true, force: true });
  });

  test("works although pid files name strangers", async () => {
    mkdirSync(join(dockerd.execRoot, "containerd"), { recursive: true });
    writeFileSync(dockerd.pidFile, String(process.pid));
    writeFileSync(join(dockerd.execRoot, "containerd", "containerd.pid"), String(process.pid));
    await startDockerd(dockerd, silent);
    assert.notEqual(pidOf(dockerd), process.pid);
  });

  test("leaves a running one alone", async () => {
    const pid = pidOf(dockerd);
    await startDockerd(dockerd, silent);
    assert.equal(pidOf(dockerd), pid);
  });

  test("works again after it was killed", async () => {
    const pid = pidOf(dockerd);
    await stop(dockerd, "SIGKILL");
    await startDockerd(dockerd, silent);
    assert.notEqual(pidOf(dockerd), pid);
  });

  test("fails with the daemon's own words when it ends", async () => {
    await stop(dockerd, "SIGTERM");
    await assert.rejects(
      startDockerd({ ...dockerd, args: ["--no-such-flag"] }, silent),
      /dockerd ended \(1\)[^]*unknown flag: --no-such-flag/,
    );
  });
}

function pidOf({ pidFile }: Dockerd): number {
  return Number(readFileSync(pidFile, "utf8"));
}

/** Ends the daemon, if there is one, and waits until it is gone. */
async function stop(dockerd: Dockerd, signal: NodeJS.Signals): Promise<void> {
  let pid: number;
  try {
    pid = pidOf(dockerd);
    process.kill(pid, signal);
  } catch {
    return;
  }
  while (isRunning(pid)) await sleep(50);
}

function isRunning(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

/** Sets variables for the time of `work`; undefined unsets one. */
async function withEnvironment(variables: Readonly<Record<string, string | undefined>>, work: () => Promise<void>): Promise<void> {
  const saved = { ...process.env };
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
  try {
    await work();
  } finally {
    process.env = saved;
  }
}
