import { AccessMode, garageRegion, ports } from "ha-registry-core";
import { Garages } from "../../../test/dist/engine/support/garages";
import type { RegistryStack } from "../../../test/dist/engine/support/stack";
import type { Bench, Figure } from "../bench";
import { download, type Target } from "../load/curl";
import { push } from "../load/push";
import { absolute, type Result } from "../measure/result";
import { alternate } from "../measure/statistics";
import { BenchRegistry } from "../setup/bench-registry";
import type { BucketPlace } from "../setup/baselines";
import { againstBare } from "./push";

const bytes = 100e6;
const smallBytes = 64e3;

/** Blobs that are fetched for one count of calls: enough that what nodes ask by themselves (their health, every ten seconds) hardly counts. */
const countedGets = 300;

/** What the registry costs beside what its object store costs. */
export const garage: Figure = {
  name: "garage",
  about: "pull and push MB/s on Garage, against a bare registry on the same Garage; calls to the store per GET of a blob",
  async run(bench) {
    const registry = await BenchRegistry.start(AccessMode.Htpasswd, bench.cleanups, { objectStore: { garage: {} } });
    const bucket = await bucketOf(registry.stack);
    const targets = {
      ours: registry.balancer,
      bare: await registry.bareRegistry(bucket),
      bareTls: await registry.bareTlsRegistry(bucket),
    };
    return [...(await speeds(bench, registry, targets)), await storeCalls(bench, registry)];
  },
};

type Targets = Record<"ours" | "bare" | "bareTls", Target>;

async function speeds(bench: Bench, { client }: BenchRegistry, targets: Targets): Promise<Result[]> {
  const send = (target: Target) => async (round: number) =>
    (await push(client, target, { repository: "bench/garage", bytes, first: 1 + round, count: 1 })).speed;
  const pushed = await alternate(bench.rounds, { ours: send(targets.ours), bare: send(targets.bare), bareTls: send(targets.bareTls) });
  const fetch = async (target: Target): Promise<() => Promise<number>> => {
    const { digest } = await push(client, target, { repository: "bench/garage", bytes, first: 0, count: 1 });
    return () => download(client, target, { path: `/v2/bench/garage/blobs/${digest}`, times: 4 });
  };
  const pulled = await alternate(bench.rounds, {
    ours: await fetch(targets.ours),
    bare: await fetch(targets.bare),
    bareTls: await fetch(targets.bareTls),
  });
  return [...againstBare("push on Garage", pushed), ...againstBare("pull on Garage", pulled)];
}

/** Counted by the balancers, which every call to the store goes through. */
async function storeCalls(bench: Bench, { client, balancer, stack }: BenchRegistry): Promise<Result> {
  const { digest } = await push(client, balancer, { repository: "bench/calls", bytes: smallBytes, first: 0, count: 1 });
  const path = `/v2/bench/calls/blobs/${digest}`;
  await download(client, balancer, { path, times: 20 }); // by then each node has it in Redis
  const calls: number[] = [];
  for (let round = 0; round < bench.rounds; round++) {
    const before = await storeRequests(stack);
    await download(client, balancer, { path, times: countedGets });
    calls.push(((await storeRequests(stack)) - before) / countedGets);
  }
  return absolute({ what: "calls to the store per warm GET of a blob", unit: "calls", goal: { atMost: 1 } }, calls);
}

async function storeRequests(stack: RegistryStack): Promise<number> {
  const { metricsEndpoint } = await stack.outputs();
  const first = new URL(metricsEndpoint);
  const counts = [0, 1].map(async (index) => {
    const metrics = await fetch(new URL(first.pathname, `http://${first.hostname}:${Number(first.port) + index}`));
    const line = /^haproxy_frontend_http_requests_total\{proxy="store"\} (\d+)$/m.exec(await metrics.text());
    if (line === null) throw new Error("the balancer counts no requests to the store");
    return Number(line[1]);
  });
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

async function bucketOf(stack: RegistryStack): Promise<BucketPlace> {
  const garages = new Garages(stack);
  const [node] = garages.nodes;
  if (node === undefined) throw new Error("there is no node of Garage");
  const { accessKeyId, secretAccessKey } = await garages.keys(node);
  return {
    endpoint: `http://${node.address}:${ports.garageS3}`,
    region: garageRegion,
    bucket: "registry",
    directory: "/bare",
    accessKey: accessKeyId,
    secretKey: secretAccessKey,
  };
}
