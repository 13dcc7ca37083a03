import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { runProgram } from "../../engine/support/program";
import { until } from "../../engine/support/waiting";
import type { Machine } from "./machine";

const program = "/usr/sbin/sshd";

/**
 * The ssh server of a machine, for one key, which gets at that machine's Docker Engine. Needs root and Debian's openssh-server; `end` has to be
 * called.
 */
export class SshServer {
  private constructor(
    private readonly directory: string,
    private readonly daemon: ChildProcess,
  ) {}

  /** Starts it. */
  static async start(machine: Machine): Promise<SshServer> {
    const directory = await mkdtemp(path.join(os.tmpdir(), "sshd-"));
    const at = (name: string): string => path.join(directory, name);
    for (const key of ["host", "client"]) await runProgram("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", at(key)]);
    // Docker runs `docker system dial-stdio` by ssh; on a machine of its own that finds the machine's Docker Engine by itself.
    const forced = `command="DOCKER_HOST=${machine.dockerHost} docker system dial-stdio"`;
    await writeFile(at("authorized"), `${forced} ${await readFile(at("client.pub"), "utf8")}`);
    await writeFile(at("known"), `${machine.address} ${await readFile(at("host.pub"), "utf8")}`);
    const settings = [
      `ListenAddress ${machine.address}:22`,
      `HostKey ${at("host")}`,
      `AuthorizedKeysFile ${at("authorized")}`,
      "PidFile none",
      "StrictModes no",
      "PasswordAuthentication no",
      "PermitRootLogin prohibit-password",
      "MaxStartups 100",
      "MaxSessions 100",
    ];
    await writeFile(at("config"), `${settings.join("\n")}\n`);
    await mkdir("/run/sshd", { recursive: true });
    const daemon = spawn("nsenter", [`--net=/run/netns/${machine.name}`, program, "-D", "-e", "-f", at("config")], { stdio: "ignore" });
    const server = new SshServer(directory, daemon);
    await until("the ssh server answers", 20, async () => (await runProgram("ssh-keyscan", [machine.address])).stdout !== "");
    return server;
  }

  /** Options of an ssh client that may come in. */
  get options(): string[] {
    const at = (name: string): string => path.join(this.directory, name);
    return ["-i", at("client"), "-o", `UserKnownHostsFile=${at("known")}`, "-o", "IdentitiesOnly=yes"];
  }

  /** Ends it. */
  async end(): Promise<void> {
    const ended = once(this.daemon, "exit");
    if (this.daemon.exitCode === null) this.daemon.kill("SIGKILL");
    await ended;
    await rm(this.directory, { recursive: true, force: true });
  }
}
