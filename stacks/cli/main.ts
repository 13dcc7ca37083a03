import { Command, CommanderError } from "commander";
import { RegistryError } from "ha-registry-core";
import type { AdoptOptions } from "./adopt";
import { addDayTwoCommands, codeOf } from "./day-two";
import type { DownOptions } from "./down";
import type { AuditOptions } from "./audit";
import type { AnyStackConfig } from "../schema/stack-config";
import type { AnyEnvironment, Environment } from "./environment";
import { ExitCode, Failure } from "./exit";
import type { BackupOptions } from "./backup";
import type { RestoreOptions } from "./restore";
import type { OutputsOptions } from "./outputs";
import type { UnlockOptions } from "./unlock";
import type { UpOptions } from "./up";
import type { VerifyCommandOptions } from "./verify";

// Commands are loaded when they are called, and after the configuration was found right: Pulumi's SDK takes most of a second to load.

/** Options of the whole program. */
interface GlobalOptions {
  directory?: string;
  quiet?: boolean;
}

/**
 * Runs the command line.
 *
 * @param args Arguments without the interpreter and the program's name.
 * @returns the exit code; everything there is to say has been said.
 */
export async function main(args: readonly string[]): Promise<ExitCode> {
  const json = args.includes("--json");
  const program = buildProgram();
  // Commander writes its complaints itself, in words.
  if (json) for (const each of [program, ...program.commands]) each.configureOutput({ writeErr: () => undefined });
  try {
    await program.parseAsync([...args], { from: "user" });
    return codeOf(program);
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return ExitCode.Success;
    const { message, exitCode, problems } = explain(error);
    if (json) process.stderr.write(`${JSON.stringify({ error: { message, problems } })}\n`);
    else if (!(error instanceof CommanderError)) process.stderr.write(`${message}\n`);
    return exitCode;
  }
}

/** What to tell of an error. */
function explain(error: unknown): Pick<Failure, "message" | "exitCode" | "problems"> {
  if (error instanceof Failure) return error;
  if (error instanceof CommanderError) return new Failure(error.message.replace(/^error: /, ""), ExitCode.WrongUse);
  if (error instanceof RegistryError) return new Failure(error.message, ExitCode.Failed, error.problems);
  if (error instanceof Error && error.name === "StackNotFoundError")
    return new Failure("Nothing was put up yet: `npx ha-registry up` does.");
  return new Failure(error instanceof Error ? (error.stack ?? error.message) : String(error));
}

/** The command line: every command with its options. */
export function buildProgram(): Command {
  const program = new Command("ha-registry")
    .description(
      "A highly available container registry per environment. An environment is a file stacks/config/Pulumi.<name>.yaml; `local` needs none.",
    )
    .option("-C, --directory <path>", "project with Pulumi.yaml and the environments (default: the one this program came with)")
    .option("-q, --quiet", "tell no progress, only results and errors")
    .exitOverride()
    .showHelpAfterError("(--help tells more)")
    .configureHelp({ sortSubcommands: false });
  const command = (name: string, description: string): Command => program.command(name).description(description);

  command("up", "put the registry up, or make it what its file says now")
    .argument("[environment]", "environment", "local")
    .option("--clear-lock", "clear the lock of a run that crashed")
    .option("--without-host <host>", "leave a host that is away, and all that is on it, as it is")
    .option("--lost-host <host>", "forget a host that is lost for good, with the data that was on it alone")
    .option("--show-secrets", "print the password also where standard output is no terminal")
    .option("--json", "print a summary as JSON")
    .option("-y, --yes", "accepted for scripts; up never asks")
    .action(async (name: string, options: UpOptions) => {
      const environment = await openAny(name, program);
      const { up } = await import("./up.js");
      await up(environment, options, await reporter(program));
    });
  command("preview", "tell what up would change")
    .argument("[environment]", "environment", "local")
    .option("--diff", "every property, as Pulumi lists it")
    .option("--json", "print the changes as JSON")
    .action(async (name: string, options: { diff?: boolean; json?: boolean }) => {
      const environment = await openAny(name, program);
      const { preview } = await import("./preview.js");
      await preview(environment, options, await reporter(program));
    });
  command("outputs", "print endpoint, CA and login")
    .argument("[environment]", "environment", "local")
    .option("--json", "everything as JSON, the password in plain text")
    .option("--value <path>", "one value alone, as credentials.password")
    .option("--password-of <user>", "the generated password of a user alone")
    .option("--show-secrets", "the password in the listing")
    .action(async (name: string, options: OutputsOptions) => {
      const environment = await openAny(name, program);
      const { outputs } = await import("./outputs.js");
      await outputs(environment, options, await reporter(program));
    });
  command("down", "remove the registry with its data")
    .argument("[environment]", "environment", "local")
    .option("-y, --yes", "do not ask")
    .option("--lost-host <host>", "forget a host that is lost for good, instead of removing what is on it")
    .option("--remove-stack", "remove the stack's history too")
    .option("--json", "print a summary as JSON")
    .action(async (name: string, options: DownOptions) => {
      const environment = await openAny(name, program);
      const { down } = await import("./down.js");
      await down(environment, options, await reporter(program));
    });
  command("adopt", "put a registry up whose state was lost, with the data that is on its hosts")
    .argument("[environment]", "environment", "local")
    .option("-y, --yes", "do not ask")
    .option("--json", "print a summary as JSON")
    .action(async (name: string, options: AdoptOptions) => {
      const environment = await open(name, program, "adopt");
      const { adopt } = await import("./adopt.js");
      await adopt(environment, options, await reporter(program));
    });
  command("refresh", "bring the state up to date with what is really there")
    .argument("[environment]", "environment", "local")
    .option("--json", "print a summary as JSON")
    .action(async (name: string, options: { json?: boolean }) => {
      const environment = await openAny(name, program);
      const { refresh } = await import("./refresh.js");
      await refresh(environment, options, await reporter(program));
    });
  command("probe", "try whether the S3 endpoint of an environment does what the registry needs")
    .argument("[environment]", "environment", "local")
    .option("--json", "print the verdict as JSON")
    .action(async (name: string, options: { json?: boolean }) => {
      const environment = await open(name, program, "probe");
      const { probe } = await import("./probe.js");
      await probe(environment, options, await reporter(program));
    });
  command("gc", "remove what no manifest refers to, now; pulls go on, and pushes are put off meanwhile")
    .argument("[environment]", "environment", "local")
    .option("--json", "print the result as JSON")
    .action(async (name: string, options: { json?: boolean }) => {
      const environment = await open(name, program, "gc");
      const { gc } = await import("./gc.js");
      await gc(environment, options, await reporter(program));
    });
  command("backup", "copy the store to its targets now, or tell what they have")
    .argument("<environment>", "environment")
    .argument("[action]", "now, list, or state: print the newest copy of Pulumi's state", "now")
    .option("--target <name>", "this target alone")
    .option("--json", "print results as JSON, one line each")
    .option("--accept-loss", "make a point although the store is empty, or has lost half of its tags")
    .option("--take-over", "write to a target that another registry has written to, or that was emptied")
    .action(async (name: string, action: string, options: BackupOptions) => {
      const environment = await open(name, program, "backup");
      const { backupNow, listBackups, printState } = await import("./backup.js");
      const run = new Map(Object.entries({ now: backupNow, list: listBackups, state: printState })).get(action);
      if (run === undefined) throw new Failure(`There is no "backup ${name} ${action}": say now, list or state.`, ExitCode.WrongUse);
      await run(environment, options, await reporter(program));
    });
  command("restore", "fill an empty store from a backup")
    .argument("<environment>", "environment")
    .option("--target <name>", "the target to take copies from, where there are several")
    .option("--point <name>", "a point of `backup list` (default: the newest)")
    .option("--repair", "add what is missing in a store that is not empty; nothing is overwritten")
    .option("--no-verify", "do not verify the store afterwards")
    .option("--json", "print the result as JSON")
    .option("-y, --yes", "do not ask")
    .action(async (name: string, options: RestoreOptions) => {
      const environment = await open(name, program, "restore");
      const { restore } = await import("./restore.js");
      await restore(environment, options, await reporter(program));
    });
  command("verify", "look whether everything that was pushed is there, whole and unaltered, while the registry is in use")
    .argument("[environment]", "environment", "local")
    .option("--repository <pattern>", "these repositories alone; * stands for any characters")
    .option("--sample <percent>", "read the bytes of so many of the blobs; existence and size are of all")
    .option("--bandwidth <bytes>", "read no more than so much per second, as 50M")
    .option("--resume", "go on with a verification that was interrupted")
    .option("--json", "print the result as JSON, with all orphans")
    .action(async (name: string, options: VerifyCommandOptions) => {
      const environment = await open(name, program, "verify");
      const { verify } = await import("./verify.js");
      await verify(environment, options, await reporter(program));
    });
  command("audit", "print the audit log, or verify that nobody changed it")
    .argument("[environment]", "environment", "local")
    .option("--since <time>", "events since then: 90m, 24h, 7d, or a time as 2026-11-27T12:00:00Z", "24h")
    .option("--user <name>", "events of one user")
    .option("--repository <name>", "events of one repository; * stands for any characters")
    .option("--action <name>", "push, pull, delete, push-blob, pull-blob, mount, list or login-refused")
    .option("--verify", "follow the chain of seals, and name what was altered, cut or taken out")
    .option("--json", "print events, or what was found, as lines of JSON")
    .action(async (name: string, options: AuditOptions) => {
      const environment = await open(name, program, "audit");
      const { audit } = await import("./audit.js");
      await audit(environment, options, await reporter(program));
    });
  command("unlock", "clear the lock of a run that crashed")
    .argument("[environment]", "environment", "local")
    .option("-y, --yes", "do not ask")
    .option("--json", "print the result as JSON")
    .action(async (name: string, options: UnlockOptions) => {
      const environment = await openAny(name, program);
      const { unlock } = await import("./unlock.js");
      await unlock(environment, options, await reporter(program));
    });
  command("secret", "encrypt a secret, read from standard input, into an environment's file")
    .argument("<environment>", "environment")
    .argument("<name>", "as s3SecretKey, passwords.<user> or notificationHeaders.<receiver>.<header>")
    .option("--json", "print the result as JSON")
    .action(async (name: string, key: string, options: { json?: boolean }) => {
      const environment = await openAny(name, program);
      const { secret } = await import("./secret.js");
      await secret(environment, key, options, await reporter(program));
    });
  addDayTwoCommands(program, {
    open: (name, command) => open(name, program, command),
    openAny: (name) => openAny(name, program),
    configuration: (name) => readConfigurationOf(name, program),
    reporter: () => reporter(program),
  });
  return program;
}

/** An environment on Docker hosts, for a command that looks after what runs there. */
async function open(name: string, program: Command, command: string): Promise<Environment> {
  const { onDockerAlone } = await import("./environment.js");
  return onDockerAlone(await openAny(name, program), command);
}

async function openAny(name: string, program: Command): Promise<AnyEnvironment> {
  const { openEnvironment, ownProject } = await import("./environment.js");
  const environment = asWrongUse(() => openEnvironment(name, program.opts<GlobalOptions>().directory ?? ownProject));
  if (environment.dockerHost !== undefined) process.env["DOCKER_HOST"] = environment.dockerHost;
  return environment;
}

async function readConfigurationOf(name: string, program: Command): Promise<AnyStackConfig> {
  const { ownProject, readConfiguration } = await import("./environment.js");
  return asWrongUse(() => readConfiguration(name, program.opts<GlobalOptions>().directory ?? ownProject));
}

/** What `find` finds of an environment; what is wrong with it is wrong use. */
function asWrongUse<T>(find: () => T): T {
  try {
    return find();
  } catch (error) {
    if (error instanceof RegistryError) throw new Failure(error.message, ExitCode.WrongUse, error.problems);
    throw error;
  }
}

async function reporter(program: Command): Promise<(line: string) => void> {
  const { reportToStderr } = await import("ha-registry-tools");
  return program.opts<GlobalOptions>().quiet === true ? () => undefined : reportToStderr;
}
