import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isVersion } from "ha-registry-core";
import { ensureImages } from "ha-registry-tools";
import type { Deployment } from "@pulumi/pulumi/automation";
import { releaseProgram, releases, withReleaseStack } from "./support/release";

/**
 * `node test/dist/engine/record-release.js <version>` deploys a registry with the current code, writes its state to
 * `test/engine/releases/<version>.json`, and removes it. Run it once per release, before the tag.
 */
async function main(version: string | undefined): Promise<void> {
  if (version === undefined || !isVersion(version)) throw new Error("usage: record-release <version>");
  await ensureImages({ report: console.error });
  const state = await withReleaseStack(releaseProgram, async ({ stack, exportState }) => {
    try {
      await stack.up({ color: "never", onOutput: (text) => process.stderr.write(text) });
      return await exportState();
    } finally {
      await unprotectAll(stack);
      await stack.destroy({ color: "never" });
    }
  });
  const file = join(releases, `${version}.json`);
  await mkdir(releases, { recursive: true });
  await writeFile(file, `${JSON.stringify(withoutTraces(state))}\n`, { flag: "wx" });
  console.error(`wrote ${file}`);
}

/** What a state says of a resource beside its properties. */
interface StateResource {
  protect?: boolean;
  sourcePosition?: string;
  stackTrace?: unknown;
  created?: string;
  modified?: string;
}

interface State {
  manifest: Record<string, unknown>;
  resources?: StateResource[];
}

/** The state without what tells of this machine: paths of plugins and programs, and times. */
function withoutTraces({ version, deployment }: Deployment): Deployment {
  const { manifest, resources = [], ...rest } = deployment as State;
  const { plugins: _plugins, ...kept } = manifest;
  const stripped = resources.map(
    ({ sourcePosition: _position, stackTrace: _trace, created: _created, modified: _modified, ...resource }) => resource,
  );
  return { version, deployment: { ...rest, manifest: kept, resources: stripped } };
}

async function unprotectAll(stack: { exportStack(): Promise<Deployment>; importStack(state: Deployment): Promise<void> }): Promise<void> {
  const exported = await stack.exportStack();
  const state = exported.deployment as State;
  const resources = (state.resources ?? []).map((resource) => ({ ...resource, protect: false }));
  await stack.importStack({ version: exported.version, deployment: { ...state, resources } });
}

void main(process.argv[2]).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
