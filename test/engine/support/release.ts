import { existsSync, readdirSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { LocalWorkspace } from "@pulumi/pulumi/automation";
import type { Deployment, PulumiFn, Stack } from "@pulumi/pulumi/automation";
import { Registry } from "ha-registry-docker";
import type { RegistryArgs } from "ha-registry-docker";
import { ensureEngine, pulumiCommand, runChecked } from "ha-registry-tools";

/** Directory of the recorded states, one per release. */
export const releases = resolve(__dirname, "../../../engine/releases");

/** Name of the recorded registry, of its stack and of its project: URNs are made of them. */
export const releaseName = "release";

/** Passphrase of the recorded states. Their secrets belong to a registry that lived for a minute. */
const passphrase = "a passphrase that guards nothing";

/**
 * Arguments of the recorded registry. They never change: what a release recorded has to hold for the same arguments in the next. The
 * addresses are this host's alone and the ports unusual, since it really runs while it is recorded.
 */
export const releaseArgs: RegistryArgs = {
  hostname: "registry.release.example",
  alternativeNames: ["localhost", "127.0.0.1"],
  subnet: "10.217.133.0/24",
  labels: { team: "platform" },
  nodes: { count: 3, backups: 1, drainSeconds: 5 },
  loadBalancer: { port: 25_133, bindAddress: "127.0.0.1", statistics: { port: 28_133 } },
  access: { users: { admin: { catalog: true }, ci: {} } },
};

/** The program of the recorded registry. */
export const releaseProgram = (): Promise<Record<string, unknown>> => {
  const { endpoint, credentials } = new Registry(releaseName, releaseArgs);
  return Promise.resolve({ endpoint, credentials });
};

/** Versions that have a recorded state. */
export function recordedReleases(): string[] {
  const files = existsSync(releases) ? readdirSync(releases) : [];
  return files.flatMap((file) => /^(.*)\.json$/.exec(file)?.[1] ?? []).sort();
}

/** The recorded state of a release. */
export async function readRelease(version: string): Promise<Deployment> {
  return JSON.parse(await readFile(join(releases, `${version}.json`), "utf8")) as Deployment;
}

/** A stack like the recorded one. */
export interface ReleaseStack {
  /** The stack itself. Its `exportStack` would give secrets in plain text. */
  stack: Stack;
  /** Its state, with secrets encrypted. */
  exportState: () => Promise<Deployment>;
}

/**
 * Gives a stack like the recorded one, empty and with a state of its own, and removes it afterwards. What was deployed is not.
 *
 * @param dockerHost Docker Engine of the stack. @default - the machine's own
 */
export async function withReleaseStack<T>(program: PulumiFn, work: (release: ReleaseStack) => Promise<T>, dockerHost?: string): Promise<T> {
  const engine = await ensureEngine(() => undefined);
  const directory = await mkdtemp(join(tmpdir(), "ha-registry-release-"));
  const environment = {
    ...engine.environment,
    PULUMI_CONFIG_PASSPHRASE: passphrase,
    ...(dockerHost !== undefined && { DOCKER_HOST: dockerHost }),
  };
  try {
    const stack = await LocalWorkspace.createStack(
      { stackName: releaseName, projectName: releaseName, program },
      {
        workDir: directory,
        pulumiCommand: await pulumiCommand(engine),
        projectSettings: { name: releaseName, runtime: "nodejs", backend: { url: `file://${directory}` } },
        envVars: environment,
      },
    );
    const exportState = async (): Promise<Deployment> => {
      const { stdout } = await runChecked(engine.command.binary, ["stack", "export", "--stack", releaseName], {
        cwd: directory,
        environment,
      });
      return JSON.parse(stdout) as Deployment;
    };
    return await work({ stack, exportState });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
