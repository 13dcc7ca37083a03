import { AccessMode } from "ha-registry-core";
import type { Figure } from "../bench";
import type { Target } from "../load/curl";
import { push as pushBlobs } from "../load/push";
import { absolute, ratio, type Result } from "../measure/result";
import { alternate } from "../measure/statistics";

const sizes = [
  { name: "10 MB", bytes: 10e6, count: 6 },
  { name: "100 MB", bytes: 100e6, count: 1 },
];

const unit = "MB/s";

/** Speeds of a registry against those of a bare one, in clear and with TLS. */
export function againstBare(what: string, { ours, bare, bareTls }: Record<"ours" | "bare" | "bareTls", readonly number[]>): Result[] {
  return [
    ratio({ what, against: "bare registry, in clear", unit, goal: { atLeast: 0.9 } }, { ours, baseline: bare }),
    ratio({ what, against: "bare registry, TLS", unit }, { ours, baseline: bareTls }),
  ];
}

/** What balancer, TLS, login and Redis together cost a push. */
export const push: Figure = {
  name: "push",
  about: "push MB/s of random blobs of 10 MB and 100 MB, against a bare registry with a volume of its own; and by itself",
  async run(bench) {
    const registry = await bench.registry(AccessMode.Htpasswd);
    const targets = { ours: registry.balancer, bare: await registry.bareRegistry(), bareTls: await registry.bareTlsRegistry() };
    const results: Result[] = [];
    for (const { name, bytes, count } of sizes) {
      const send = (target: Target) => async (round: number) =>
        (await pushBlobs(registry.client, target, { repository: "bench/push", bytes, first: 1 + round * count, count })).speed;
      const rounds = await alternate(bench.rounds, { ours: send(targets.ours), bare: send(targets.bare), bareTls: send(targets.bareTls) });
      const what = `push, blobs of ${name}`;
      results.push(...againstBare(what, rounds), absolute({ what: `${what}, filesystem`, unit, goal: { atLeast: 200 } }, rounds.ours));
    }
    return results;
  },
};
