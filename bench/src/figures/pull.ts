import { AccessMode } from "ha-registry-core";
import type { Figure } from "../bench";
import { download, type Target } from "../load/curl";
import { push } from "../load/push";
import { alternate } from "../measure/statistics";
import { ratio } from "../measure/result";

const bytes = 100e6;

/** What the balancer's settings cost a pull, beside what any HAProxy costs. */
export const pull: Figure = {
  name: "pull",
  about: "pull MB/s through the balancer, against a minimal HAProxy before the same node, in clear and with TLS",
  async run(bench) {
    const registry = await bench.registry(AccessMode.Htpasswd);
    const { client, balancer } = registry;
    const { digest } = await push(client, balancer, { repository: "bench/pull", bytes, first: 0, count: 1 });
    const [clear, minimal, minimalTls] = [
      await registry.clearBalancer(),
      await registry.minimalBalancer(),
      await registry.minimalTlsBalancer(),
    ];
    const fetch = (target: Target, http?: "1.1" | "2") => () =>
      download(client, target, { path: `/v2/bench/pull/blobs/${digest}`, times: 4, ...(http && { http }) });

    const inClear = await alternate(bench.rounds, { ours: fetch(clear), baseline: fetch(minimal) });
    const withTls = await alternate(bench.rounds, { ours: fetch(balancer), baseline: fetch(minimalTls) });
    // HAProxy offers HTTP/2 unless it is told not to, and clients that speak it take it.
    const withHttp2 = await alternate(bench.rounds, { ours: fetch(balancer, "2"), baseline: fetch(minimalTls, "2") });

    const subject = { against: "minimal HAProxy", unit: "MB/s", goal: { atLeast: 0.98 } };
    return [
      ratio({ ...subject, what: "pull through the balancer, in clear" }, inClear),
      ratio({ ...subject, what: "pull through the balancer, TLS" }, withTls),
      ratio({ ...subject, what: "pull through the balancer, TLS, client with HTTP/2" }, withHttp2),
    ];
  },
};
