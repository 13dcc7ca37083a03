import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import * as docker from "@pulumi/docker";
import { createLocalStack } from "../../../test/dist/engine/support/local-stack";
import type { Figure } from "../bench";
import { difference } from "../measure/result";
import { alternate } from "../measure/statistics";

/** Compiled, this file lies in `bench/dist/figures`. */
const pack = resolve(__dirname, "../../../policy/docker");

const resources = 100;

/** What the policy pack adds to a preview. */
export const policy: Figure = {
  name: "policy",
  about: "time of a preview of 100 containers with the policy pack, against the same preview without",
  async run(bench) {
    const directory = await mkdtemp(join(tmpdir(), "bench-policy-"));
    bench.cleanups.add("the directory of the policy pack's previews", () => rm(directory, { recursive: true, force: true }));
    const stack = await createLocalStack("dev", { directory });
    const preview = (policyPacks: string[]) => async () => {
      const started = performance.now();
      await stack.preview({ program: makeContainers, policyPacks });
      return (performance.now() - started) / 1000;
    };
    const rounds = await alternate(bench.rounds, { ours: preview([pack]), baseline: preview([]) });
    return [
      difference(
        { what: `preview of ${resources} resources with the policy pack`, against: "without it", unit: "s", goal: { atMost: 2 } },
        rounds,
      ),
    ];
  },
};

const configuration = "version: 0.1\nhttp: { secret: one-for-all }\nstorage: { filesystem: {} }\nauth: { htpasswd: { path: /x } }\n";

/** A registry's container that breaks no rule. */
export const compliantContainer = {
  image: "registry:3.1.2",
  user: "65532:65532",
  readOnly: true,
  capabilities: { drops: ["ALL"] },
  securityOpts: ["no-new-privileges"],
  memory: 256,
  restart: "unless-stopped",
  logDriver: "json-file",
  logOpts: { "max-size": "10m" },
  destroyGraceSeconds: 60,
  healthcheck: { tests: ["CMD", "true"] },
  envs: ["OTEL_TRACES_EXPORTER=none"],
  uploads: [{ file: "/etc/distribution/config.yml", content: configuration }],
  labels: ["project", "env", "owner"].map((label) => ({ label, value: "bench" })),
};

/** So many containers, as plain resources. Nothing is created. */
async function makeContainers(): Promise<void> {
  for (let number = 1; number <= resources; number++) new docker.Container(`node-${number}`, compliantContainer);
}
