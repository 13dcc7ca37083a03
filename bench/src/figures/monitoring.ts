import path from "node:path";
import { AccessMode } from "ha-registry-core";
import type { Bench, Figure } from "../bench";
import { push } from "../load/push";
import { requests } from "../load/wrk";
import { ratio } from "../measure/result";
import { alternate } from "../measure/statistics";
import { BenchRegistry } from "../setup/bench-registry";

/** What monitoring costs those who pull. */
export const monitoring: Figure = {
  name: "monitoring",
  about: "time of a manifest GET through the balancer, with monitoring against without",
  async run(bench) {
    const watched = await BenchRegistry.start(AccessMode.Htpasswd, bench.cleanups, { monitoring: {} });
    const alone = await bench.registry(AccessMode.Htpasswd);
    const [ours, baseline] = [await pulls(bench, watched), await pulls(bench, alone)];
    const rounds = await alternate(bench.rounds, { ours, baseline });
    const subject = { against: "a registry without monitoring", unit: "ms" };
    return [ratio({ ...subject, what: "manifest GET with monitoring, p50", goal: { atMost: 1.01 } }, rounds)];
  },
};

/** Gives what measures the median of one round. */
async function pulls(bench: Bench, { client, balancer, directory }: BenchRegistry): Promise<() => Promise<number>> {
  await push(client, balancer, { repository: "bench/monitoring", bytes: 1e4, first: 0, count: 1 });
  // Longer than Prometheus takes from one look to the next.
  const plan = { path: "/v2/bench/monitoring/manifests/latest", connections: 1, seconds: bench.quick ? 1 : 16 };
  return async () => (await requests(client, balancer, plan, path.join(directory, "monitoring.lua"))).p50;
}
