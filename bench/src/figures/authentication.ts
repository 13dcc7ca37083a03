import path from "node:path";
import { AccessMode } from "ha-registry-core";
import type { Figure } from "../bench";
import { push } from "../load/push";
import { requests } from "../load/wrk";
import { ratio } from "../measure/result";
import { alternate } from "../measure/statistics";

/** What checking the password at every request costs. */
export const authentication: Figure = {
  name: "authentication",
  about: "manifest GETs per second with a login, against a registry that asks for none",
  async run(bench) {
    const measure = async (mode: AccessMode) => {
      const { client, balancer, directory } = await bench.registry(mode);
      await push(client, balancer, { repository: "bench/login", bytes: 1e4, first: 0, count: 1 });
      const plan = { path: "/v2/bench/login/manifests/latest", connections: 8, seconds: bench.quick ? 1 : 3 };
      return async () => (await requests(client, balancer, plan, path.join(directory, "requests.lua"))).perSecond;
    };
    const rounds = await alternate(bench.rounds, { ours: await measure(AccessMode.Htpasswd), baseline: await measure(AccessMode.None) });
    return [ratio({ what: "manifest GETs with a login", against: "without", unit: "1/s", goal: { atLeast: 0.5 } }, rounds)];
  },
};
