import path from "node:path";
import { AccessMode } from "ha-registry-core";
import type { Bench, Figure } from "../bench";
import type { Target } from "../load/curl";
import { push } from "../load/push";
import { requests, type RequestFigures } from "../load/wrk";
import { difference, ratio, type Result } from "../measure/result";
import { alternate } from "../measure/statistics";

/** What the balancer adds to the time of a small answer. */
export const latency: Figure = {
  name: "latency",
  about: "time that the balancer adds to a manifest GET on a kept-alive connection, p50 and p99",
  async run(bench) {
    // Without a login the node answers fastest, and what the balancer adds weighs most: this is what the goal is held against.
    const open = await measure(bench, AccessMode.None);
    const withLogin = await measure(bench, AccessMode.Htpasswd);
    return [
      ...lines("manifest GET, no login", open, { p50: { goal: { atMost: 0.4 } }, p99: { goal: { atMost: 2 } } }),
      ...lines("manifest GET, login", withLogin, { p50: {}, p99: {} }),
    ];
  },
};

interface Rounds {
  ours: RequestFigures[];
  baseline: RequestFigures[];
}

async function measure(bench: Bench, mode: AccessMode): Promise<Rounds> {
  const { client, balancer, node, directory } = await bench.registry(mode);
  await push(client, balancer, { repository: "bench/latency", bytes: 1e4, first: 0, count: 1 });
  const plan = { path: "/v2/bench/latency/manifests/latest", connections: 1, seconds: bench.quick ? 1 : 3 };
  const ask = (target: Target) => () => requests(client, target, plan, path.join(directory, "requests.lua"));
  return alternate(bench.rounds, { ours: ask(balancer), baseline: ask(node) });
}

type Goals = Pick<Parameters<typeof ratio>[0], "goal">;

function lines(what: string, { ours, baseline }: Rounds, goals: { p50: Goals; p99: Goals }): Result[] {
  const pair = (pick: (figures: RequestFigures) => number) => ({ ours: ours.map(pick), baseline: baseline.map(pick) });
  const subject = { against: "straight from the node", unit: "ms" };
  return [
    difference(
      { ...subject, what: `${what}, p50`, ...goals.p50 },
      pair(({ p50 }) => p50),
    ),
    ratio(
      { ...subject, what: `${what}, p99`, ...goals.p99 },
      pair(({ p99 }) => p99),
    ),
  ];
}
