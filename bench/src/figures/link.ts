import { AccessMode } from "ha-registry-core";
import type { Bench, Figure } from "../bench";
import { download, type Target } from "../load/curl";
import { push } from "../load/push";
import { ratio, type Goal, type Result } from "../measure/result";
import { alternate } from "../measure/statistics";
import type { BenchRegistry } from "../setup/bench-registry";

const bytes = 100e6;

/** What the balancer costs a pull over a real link, and where nothing but the processors sets a limit. */
export const link: Figure = {
  name: "link",
  about: "pull MB/s through the balancer, against straight from the node, over 1 Gbit/s and without a limit",
  async run(bench) {
    const registry = await bench.registry(AccessMode.Htpasswd);
    const { client, balancer } = registry;
    const { digest } = await push(client, balancer, { repository: "bench/link", bytes, first: 0, count: 1 });
    const path = `/v2/bench/link/blobs/${digest}`;

    await client.shape();
    const shaped = await measure(bench, registry, path, 2).finally(() => client.unshape());
    const unshaped = await measure(bench, registry, path, 4);
    return [...lines("1 Gbit/s", shaped, { atLeast: 0.98 }), ...lines("no limit", unshaped)];
  },
};

interface Rounds {
  clear: number[];
  tls: number[];
  node: number[];
}

async function measure(bench: Bench, registry: BenchRegistry, path: string, times: number): Promise<Rounds> {
  const fetch = (target: Target) => () => download(registry.client, target, { path, times });
  return alternate(bench.rounds, {
    clear: fetch(await registry.clearBalancer()),
    tls: fetch(registry.balancer),
    node: fetch(registry.node),
  });
}

function lines(limit: string, { clear, tls, node }: Rounds, goal?: Goal): Result[] {
  const subject = { against: "straight from the node", unit: "MB/s", ...(goal && { goal }) };
  return [
    ratio({ ...subject, what: `pull over a link, ${limit}, in clear` }, { ours: clear, baseline: node }),
    ratio({ ...subject, what: `pull over a link, ${limit}, TLS` }, { ours: tls, baseline: node }),
  ];
}
