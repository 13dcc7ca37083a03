import type { Command } from "commander";
import type { Report } from "ha-registry-tools";
import type { CompareCostOptions } from "./compare-cost";
import type { ComplianceOptions } from "./compliance";
import type { AnyEnvironment, Environment } from "./environment";
import type { AnyStackConfig } from "../schema/stack-config";
import { ExitCode } from "./exit";
import type { RotateOptions } from "./rotate";

/** What commands need of the program. */
export interface Ground {
  /** Finds and checks an environment on Docker hosts, for a command. */
  open: (name: string, command: string) => Promise<Environment>;
  /** Finds and checks an environment on any substrate. */
  openAny: (name: string) => Promise<AnyEnvironment>;
  /** Finds and checks what an environment's file says, without anything else of it. */
  configuration: (name: string) => Promise<AnyStackConfig>;
  /** Where progress is told. */
  reporter: () => Promise<Report>;
}

/** What a command that looked ended with. */
const codes = new WeakMap<Command, ExitCode>();

/** How a program that has run ends. */
export function codeOf(program: Command): ExitCode {
  return codes.get(program) ?? ExitCode.Success;
}

/** Adds the commands that look after a registry that runs. */
export function addDayTwoCommands(program: Command, { open, openAny, configuration, reporter }: Ground): void {
  const ended = (code: ExitCode): void => void codes.set(program, code);
  const looking = (name: string, description: string): Command =>
    program
      .command(name)
      .description(description)
      .argument("[environment]", "environment", "local")
      .option("--json", "print what was found as JSON");

  looking("status", "tell what runs, whether it answers, and how long certificate and space last").action(
    async (name: string, options: { json?: boolean }) => {
      const environment = await open(name, "status");
      const { status } = await import("./status.js");
      ended(await status(environment, options, await reporter()));
    },
  );
  looking("capacity", "tell how full the store is, how fast it grows, and how long it lasts").action(
    async (name: string, options: { json?: boolean }) => {
      const environment = await open(name, "capacity");
      const { capacity } = await import("./capacity.js");
      ended(await capacity(environment, options, await reporter()));
    },
  );
  looking("health", "check everything that wants a look each quarter, with what to do")
    .option("--markdown", "print the report as Markdown")
    .option("--strict", "end with an error also where something only wants attention")
    .action(async (name: string, options: { json?: boolean; markdown?: boolean; strict?: boolean }) => {
      const environment = await open(name, "health");
      const { health } = await import("./health.js");
      ended(await health(environment, options, await reporter()));
    });
  looking("drift", "tell what is not as the state and the file say; changes nothing").action(
    async (name: string, options: { json?: boolean }) => {
      const environment = await openAny(name);
      const { drift } = await import("./drift.js");
      ended(await drift(environment, options, await reporter()));
    },
  );
  program
    .command("compliance")
    .description("run the policies on what up would do, and tell what each framework's demands come to; changes nothing")
    .argument("[environment]", "environment", "local")
    .option("--json", "print the report as JSON")
    .option("--html", "print the report as a page")
    .option("--junit", "print the report as JUnit's XML")
    .action(async (name: string, options: ComplianceOptions) => {
      const environment = await openAny(name);
      const { compliance } = await import("./compliance.js");
      ended(await compliance(environment, options, await reporter()));
    });
  program
    .command("compare-cost")
    .description("tell what the registry would cost a month on AWS, self-hosted and as Amazon ECR; asks nobody")
    .argument("[environment]", "environment whose size of the team is taken", "local")
    .option("--volumes <file>", "YAML with teamSize, volumes, selfHosted, ecr, hourlyRate and prices of your own")
    .option("--team-size <developers>", "developers, where neither file nor environment says")
    .option("--storage-gb <GB>", "images that are kept")
    .option("--pull-gb <GB>", "pulls a month inside the region")
    .option("--internet-pull-gb <GB>", "pulls a month to the Internet")
    .option("--other-region-pull-gb <GB>", "pulls a month to other regions")
    .option("--push-gb <GB>", "pushes a month")
    .option("--replica-regions <regions>", "further regions that hold everything, too")
    .option("--nodes <nodes>", "registry nodes where it is self-hosted")
    .option("--prices", "where each price is from")
    .option("--json", "print everything as JSON")
    .action(async (name: string, options: CompareCostOptions) => {
      const config = await configuration(name);
      const { compareCosts } = await import("./compare-cost.js");
      compareCosts(name, config, options);
    });
  program
    .command("rotate")
    .description("make passwords, certificates or Redis's password anew, while the registry serves")
    .argument("<what>", "certificates, passwords or redis")
    .argument("[environment]", "environment", "local")
    .option("--user <name>", "of passwords, that of one user")
    .option("--inner", "of certificates, only those between the registry's own parts")
    .option("--ca", "of certificates, the CA too: clients refuse the registry until they trust the new one")
    .option("-y, --yes", "do not ask")
    .option("--json", "print a summary as JSON")
    .action(async (what: string, name: string, options: RotateOptions) => {
      const environment = await open(name, "rotate");
      const { rotate } = await import("./rotate.js");
      await rotate(environment, what, options, await reporter());
    });
}
