import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Provider } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Stack } from "@pulumi/pulumi/automation";
import { Registry, type RegistryArgs } from "ha-registry-kubernetes";
import { ControlPlane } from "../../../test/dist/engine/support/kubernetes";
import { createLocalStack } from "../../../test/dist/engine/support/local-stack";
import { opened } from "../../../test/dist/engine/support/plain-secrets";
import { withoutWaiting } from "../../../test/dist/engine/support/without-waiting";
import type { Figure } from "../bench";
import { absolute, ratio } from "../measure/result";
import { alternate } from "../measure/statistics";

/** Names of equal length: the flat registry is the other one with its name exchanged. */
const [ours, theirs] = ["measured", "baseline"];

const args: RegistryArgs = {
  hostname: "registry.corp.example",
  dataProtection: false,
  objectStore: { s3: { bucket: "images", endpoint: "https://s3.corp.example" } },
  secrets: { s3AccessKey: "access", s3SecretKey: "secret" },
};

/** What the components cost on Kubernetes beside the objects that they are made of, at a real API server without hosts. */
export const kubernetes: Figure = {
  name: "kubernetes",
  about: "time of a preview on Kubernetes, against a flat program with the same objects; state per object",
  async run(bench) {
    const cluster = await ControlPlane.start();
    bench.cleanups.add("the control plane", () => cluster.stop());
    const directory = await mkdtemp(join(tmpdir(), "bench-kubernetes-"));
    bench.cleanups.add("the directory of previews on Kubernetes", () => rm(directory, { recursive: true, force: true }));
    const provider = (): Provider => new Provider("cluster", { kubeconfig: pulumi.secret(cluster.kubeconfig) });

    const component = async (): Promise<void> => {
      new Registry(ours, args, { providers: [provider()], transforms: [withoutWaiting] });
    };
    const stack = await createLocalStack("component", { directory, optional: ["kubernetes"] });
    await stack.up({ program: component });
    const resources = await resourcesOf(stack);

    const flat = async (): Promise<void> => makeFlat(resources, provider());
    const flatStack = await createLocalStack("flat", { directory, optional: ["kubernetes"] });
    await flatStack.up({ program: flat });

    const rounds = await alternate(bench.rounds, { ours: preview(stack, component), baseline: preview(flatStack, flat) });
    const deployment = await deploymentOf(stack);
    return [
      ratio({ what: "preview on Kubernetes", against: "flat program with the same objects", unit: "s", goal: { atMost: 1.1 } }, rounds),
      absolute({ what: "state per resource on Kubernetes", unit: "kB", goal: { atMost: 5 } }, [
        JSON.stringify(deployment).length / deployment.resources.length / 1e3,
      ]),
    ];
  },
};

/** Seconds of a preview that finds nothing to do. */
function preview(stack: Stack, program: () => Promise<void>): () => Promise<number> {
  return async () => {
    const started = performance.now();
    const { changeSummary } = await stack.preview({ program });
    const seconds = (performance.now() - started) / 1000;
    if (Object.keys(changeSummary).join() !== "same")
      throw new Error(`changes where there should be none: ${JSON.stringify(changeSummary)}`);
    return seconds;
  };
}

/** A state, as far as it is read here. */
interface Deployment {
  resources: { urn: string; type: string; custom: boolean; inputs?: pulumi.Inputs }[];
}

async function deploymentOf(stack: Stack): Promise<Deployment> {
  return (await stack.exportStack()).deployment as Deployment;
}

/** Any resource, by its type. */
class Resource extends pulumi.CustomResource {}

/** A resource as one would write it out by hand. */
interface FlatResource {
  type: string;
  name: string;
  inputs: pulumi.Inputs;
}

/** The real objects of a stack, components left out, with plain values, under the other name. */
async function resourcesOf(stack: Stack): Promise<FlatResource[]> {
  const { resources } = await deploymentOf(stack);
  return resources
    .filter(({ type, custom }) => custom && !type.startsWith("pulumi:"))
    .map(({ urn, type, inputs = {} }) => ({
      type,
      name: urn.split("::").at(-1) ?? urn,
      inputs: JSON.parse(JSON.stringify(opened(inputs)).replaceAll(ours, theirs)) as pulumi.Inputs,
    }));
}

function makeFlat(resources: readonly FlatResource[], provider: Provider): void {
  const namespaces: pulumi.Resource[] = [];
  for (const { type, name, inputs } of resources) {
    const inCluster = type.startsWith("kubernetes:");
    const resource = new Resource(type, name, inputs, inCluster ? { provider, dependsOn: [...namespaces] } : {});
    if (type.endsWith(":Namespace")) namespaces.push(resource);
  }
}
