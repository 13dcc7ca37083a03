import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { runProgram } from "../../engine/support/program";
import { ServerProcess } from "../../engine/support/server-process";
import type { Machine } from "./machine";

const program = "/usr/sbin/sshd";
const port = 22;

/**
 * The ssh server of a machine, for one key, which gets at that machine's Docker Engine. Needs root and Debian's openssh-server; `end` has to be
 * called.
 */
export class SshServer {
  private constructor(
    private readonly directory: string,
    private readonly daemon: ServerProcess,
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
      `ListenAddress ${machine.address}:${port}`,
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
    const daemon = await ServerProcess.start({
      name: "the ssh server",
      program: "nsenter",
      args: [`--net=/run/netns/${machine.name}`, program, "-D", "-e", "-f", at("config")],
      port,
      address: machine.address,
    });
    return new SshServer(directory, daemon);
  }

  /** Options of an ssh client that may come in. */
  get options(): string[] {
    const at = (name: string): string => path.join(this.directory, name);
    return ["-i", at("client"), "-o", `UserKnownHostsFile=${at("known")}`, "-o", "IdentitiesOnly=yes"];
  }

  /** Ends it. */
  async end(): Promise<void> {
    await this.daemon.end();
    await rm(this.directory, { recursive: true, force: true });
  }
}
