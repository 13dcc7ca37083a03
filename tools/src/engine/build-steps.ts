import { cp, mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

import { runChecked } from "../command";
import { CLI_PACKAGE, PLUGIN_PREFIX, type Provider } from "./module";

/** The places that an engine is built in, all below one directory of the cache. */
export interface Workshop {
  /** The engine's directory: `bin`, `home` and `schemas` stay, the rest goes. */
  root: string;
  /** Copy of the Go module; the generated schemas are put into it. */
  source: string;
  /** Unfinished files: what lies here after an interruption is worth nothing. */
  draft: string;
  /** Everything that the steps print. */
  log: string;
  /** Version of the CLI, as `3.256.0`. */
  cliVersion: string;
  /** Providers to build. */
  providers: readonly Provider[];
}

/** One step of the build. */
export interface BuildStep {
  /** What is being done, as `building the Pulumi CLI`. */
  label: string;
  /** File or directory that exists exactly when the step is done. */
  result: string;
  /** Does it; `tell` gets the state of affairs from time to time. */
  run(tell: (detail: string) => void): Promise<void>;
}

/** The steps in order: a provider embeds the schema that its generator writes, and the CLI installs the providers. */
export function buildSteps(workshop: Workshop): BuildStep[] {
  const { providers } = workshop;
  return [
    ...providers.map((provider) => schemaStep(workshop, provider)),
    cliStep(workshop),
    ...providers.map((provider) => providerStep(workshop, provider)),
  ];
}

function schemaStep(workshop: Workshop, { name }: Provider): BuildStep {
  const generator = join(workshop.draft, `tfgen-${name}`);
  const schema = join(workshop.root, "schemas", `${name}.json`);
  return {
    label: `generating the schema of the ${name} provider`,
    result: schema,
    async run(tell) {
      await goBuild(workshop, `./cmd/tfgen-${name}`, generator, "", tell);
      const draft = join(workshop.draft, name);
      await runChecked(generator, ["schema", "--out", draft], { cwd: workshop.source, log: workshop.log });
      await cp(draft, join(workshop.source, "cmd", PLUGIN_PREFIX + name), { recursive: true });
      await rename(join(draft, "schema.json"), schema);
      await rm(generator);
    },
  };
}

function cliStep(workshop: Workshop): BuildStep {
  const binary = join(workshop.root, "bin", "pulumi");
  // Without a version, the Automation API refuses the CLI.
  const version = `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${workshop.cliVersion}`;
  return {
    label: "building the Pulumi CLI",
    result: binary,
    run: (tell) => goBuild(workshop, CLI_PACKAGE, binary, version, tell),
  };
}

function providerStep(workshop: Workshop, { name, version }: Provider): BuildStep {
  const plugin = `resource-${name}-v${version}`;
  const installed = join(workshop.root, "home", "plugins", plugin);
  return {
    label: `building the ${name} provider`,
    result: installed,
    async run(tell) {
      const binary = join(workshop.draft, PLUGIN_PREFIX + name);
      await goBuild(workshop, `./cmd/${PLUGIN_PREFIX}${name}`, binary, "", tell);
      // Installed beside and moved in: an interrupted installation would pass for a whole one.
      const home = join(workshop.draft, "home");
      await runChecked(join(workshop.root, "bin", "pulumi"), ["plugin", "install", "resource", name, version, "--file", binary], {
        environment: { PULUMI_HOME: home, PULUMI_SKIP_UPDATE_CHECK: "true" },
        log: workshop.log,
      });
      await mkdir(dirname(installed), { recursive: true });
      await rename(join(home, "plugins", plugin), installed);
      await rm(binary);
    },
  };
}

/**
 * Without cgo and without paths of this machine: the same program everywhere, and no C compiler needed. Symbols and debug
 * information are left out, which takes an eighth off the time and a third off the size.
 */
export const BUILD_FLAGS = ["-trimpath", "-buildvcs=false", "-gcflags=all=-dwarf=false"] as const;

/**
 * Builds a program for this machine.
 *
 * @param what Its package, in the module that lies in the workshop's `source`.
 * @param to Where it goes.
 * @param linker Flags of the linker beside those of every program.
 * @param tell Gets the state of affairs from time to time.
 */
export async function goBuild(
  { source, draft, log }: Pick<Workshop, "source" | "draft" | "log">,
  what: string,
  to: string,
  linker: string,
  tell: (detail: string) => void,
): Promise<void> {
  const program = join(draft, "program");
  let downloads = 0;
  let packages = 0;
  await runChecked("go", ["build", "-v", ...BUILD_FLAGS, "-ldflags", `-s -w ${linker}`, "-o", program, what], {
    cwd: source,
    environment: { CGO_ENABLED: "0", GOWORK: "off" },
    log,
    onErrorLine: (line) => {
      if (line.startsWith("go: downloading ")) downloads += 1;
      else packages += 1;
      tell(packages === 0 ? `${downloads} modules downloaded` : `${packages} packages compiled`);
    },
  });
  await mkdir(dirname(to), { recursive: true });
  await rename(program, to);
}
