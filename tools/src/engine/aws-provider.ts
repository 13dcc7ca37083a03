import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

import { cachePath } from "../cache";
import { CommandError, runChecked } from "../command";
import { downloadModule, REPLACEMENT, replaceModule } from "../images/go-module";
import { requiredVersion } from "../images/go";
import { toolsPath } from "../images/paths";
import { exists, type BuiltProgram } from "../images/program";
import { withLock } from "../lock";
import { withHeartbeat, type Report } from "../progress";
import { AWS_UPSTREAM, copyUpstream } from "./aws-upstream";
import { BUILD_FLAGS, goBuild } from "./build-steps";
import { copyModule, goSources, PLUGIN_PREFIX } from "./module";
import { EngineUnavailable } from "./source";

/** The Go module of the provider: what it adds to upstream. */
const MODULE = toolsPath("aws-provider");

/** Upstream's services that have the resources of tools/aws-provider/provider/resources.go. */
const SERVICES = [
  ...["acm", "amp", "appautoscaling", "cloudfront", "cloudtrail", "cloudwatch", "ec2", "ecr", "ecs", "elasticache", "elbv2", "events"],
  ...["iam", "kms", "logs", "route53", "s3", "scheduler", "secretsmanager", "signer", "sns", "wafv2"],
] as const;

const PLUGIN = `${PLUGIN_PREFIX}aws`;

/** The package that hands out what upstream keeps internal, which Go allows below upstream's own path alone. */
const SHIM = { source: "_additions/shim.go", target: "shim/shim.go" } as const;

/** Where {@link buildAwsProvider} puts the provider, whether it is there or not. */
export async function awsProviderPath(version: string): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify([BUILD_FLAGS, SERVICES]));
  // What is left of upstream is decided by the code that leaves it.
  hash.update(await readFile(require.resolve("./aws-upstream")));
  for (const file of await goSources(MODULE)) hash.update(`${file}\0`).update(await readFile(join(MODULE, file)));
  const name = `${PLUGIN}-${version}-${process.platform}-${process.arch}-${hash.digest("hex").slice(0, 16)}`;
  return cachePath("go", name, PLUGIN);
}

/**
 * Builds the provider aws with the services that the library uses, once, as the plugin of a version of the npm SDK.
 *
 * @throws {RegistryError} when it cannot be built.
 */
export async function buildAwsProvider(version: string, report: Report): Promise<BuiltProgram> {
  const path = await awsProviderPath(version);
  const required = requiredVersion(await readFile(join(MODULE, "go.mod"), "utf8"), AWS_UPSTREAM);
  await withLock(
    `${dirname(path)}.lock`,
    "building the aws provider",
    async () => {
      if (!(await exists(path))) await build(path, version, report);
    },
    report,
  );
  return { path, version, source: `${AWS_UPSTREAM}@${required}` };
}

async function build(path: string, version: string, report: Report): Promise<void> {
  report("engine: building the aws provider from Go modules, once; that takes about 10 minutes on two cores");
  await mkdir(dirname(path), { recursive: true });
  const work = `${dirname(path)}.module`;
  const workshop = { source: work, draft: join(work, `draft-${randomUUID()}`), log: `${dirname(path)}.log` };
  let detail = "";
  const tell = (text: string): void => void (detail = text);
  try {
    await withHeartbeat(
      report,
      "engine: building the aws provider",
      async () => {
        await prepare(work);
        await mkdir(workshop.draft);
        await generate(workshop, version, tell);
        await goBuild(workshop, `./cmd/${PLUGIN}`, path, versionFlag(version), tell);
      },
      () => detail,
    );
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const fix = `everything that the build printed is in ${workshop.log}; what Go compiled so far is kept: run the same command again`;
    throw new EngineUnavailable("the aws provider", error.message, fix);
  }
  await rm(work, { recursive: true, force: true });
}

/** Puts the module, and the parts of upstream that it needs, where they are built. */
async function prepare(work: string): Promise<void> {
  await rm(work, { recursive: true, force: true });
  const upstream = join(work, REPLACEMENT);
  await copyUpstream(await downloadModule(MODULE, AWS_UPSTREAM), upstream, SERVICES);
  await copyModule(MODULE, work);
  await mkdir(dirname(join(upstream, SHIM.target)));
  await rename(join(work, SHIM.source), join(upstream, SHIM.target));
  await replaceModule(MODULE, AWS_UPSTREAM, work);
}

/** Writes the schema and the bridge's metadata, which the plugin embeds. */
async function generate(
  workshop: { source: string; draft: string; log: string },
  version: string,
  tell: (detail: string) => void,
): Promise<void> {
  const generator = join(workshop.draft, "tfgen-aws");
  await goBuild(workshop, "./cmd/tfgen-aws", generator, versionFlag(version), tell);
  const target = join(workshop.source, "cmd", PLUGIN);
  await runChecked(generator, ["schema", "--out", target], { cwd: workshop.source, environment: INCOMPLETE, log: workshop.log });
  await rm(generator);
}

/** Not all of upstream has a place in the schema. */
const INCOMPLETE = {
  PULUMI_SKIP_MISSING_MAPPING_ERROR: "true",
  PULUMI_SKIP_EXTRA_MAPPING_ERROR: "true",
  PULUMI_SKIP_PROVIDER_MAP_ERROR: "true",
} as const;

function versionFlag(version: string): string {
  return `-X ha-registry.dev/aws-provider/provider.Version=${version}`;
}
