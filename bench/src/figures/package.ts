import { mkdtemp, cp, rm, symlink } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { runChecked } from "ha-registry-tools";
import type { Figure } from "../bench";
import { absolute, difference } from "../measure/result";
import { alternate } from "../measure/statistics";

const workspace = path.join(__dirname, "..", "..", "..");
const example = path.join(workspace, "examples", "docker-typescript-registry");

const sdks = ["@pulumi/pulumi", "@pulumi/docker", "@pulumi/random", "@pulumi/tls"];

/** Of the Kubernetes SDK, whole, most takes seconds to load: what the package loads of it is its own doing, and counts. */
const kubernetesSdks = ["@pulumi/pulumi", "@pulumi/random", "@pulumi/tls", "@pulumi/kubernetes/provider.js"];

/** What a consumer waits for before anything happens. */
export const packageCost: Figure = {
  name: "package",
  about: "time to import the package, beyond what the Pulumi SDKs take; time to type-check the README's example",
  async run(bench) {
    const load = (names: readonly string[]) => () =>
      time(["-e", names.map((name) => `require(${JSON.stringify(name)});`).join("")], workspace);
    const imports = await alternate(bench.rounds, { ours: load([...sdks, "ha-registry-docker"]), baseline: load(sdks) });
    const kubernetes = await alternate(bench.rounds, {
      ours: load([...kubernetesSdks, "ha-registry-kubernetes"]),
      baseline: load(kubernetesSdks),
    });
    const checks = await typeChecks(bench.rounds);
    return [
      difference({ what: "import", against: "the Pulumi SDKs alone", unit: "s", goal: { atMost: 0.25 } }, imports),
      difference(
        { what: "import for Kubernetes", against: "the Pulumi SDKs, of Kubernetes' the provider alone", unit: "s", goal: { atMost: 0.25 } },
        kubernetes,
      ),
      absolute({ what: "type-check of the README's example", unit: "s", goal: { atMost: 3 } }, checks),
    ];
  },
};

/** A copy of the example, so that no setting of the workspace reaches it. */
async function typeChecks(rounds: number): Promise<number[]> {
  const directory = await mkdtemp(path.join(os.tmpdir(), "ha-registry-bench-example-"));
  try {
    await cp(example, directory, { recursive: true, filter: (file) => path.basename(file) !== "node_modules" });
    await symlink(path.join(workspace, "node_modules"), path.join(directory, "node_modules"));
    const compiler = path.join(workspace, "node_modules", "typescript", "bin", "tsc");
    return (await alternate(rounds, { check: () => time([compiler, "--noEmit", "--project", directory], directory) })).check;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Seconds that a Node process takes from start to end. */
async function time(args: readonly string[], directory: string): Promise<number> {
  const start = performance.now();
  await runChecked(process.execPath, args, { cwd: directory });
  return (performance.now() - start) / 1000;
}
