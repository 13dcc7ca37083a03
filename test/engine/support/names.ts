import { randomBytes } from "node:crypto";
import os from "node:os";
import { resolveTopology } from "ha-registry-core";

/** Gateways of the registries that this process has named. */
const given = new Set<string>();

/**
 * A name for a registry that no other has, as `t-1a2b3c4d`. The subnet follows from the name, and Docker refuses one that another network
 * has, so that is looked at, too.
 */
export function freshName(prefix: string): string {
  for (;;) {
    const name = `${prefix}-${randomBytes(4).toString("hex")}`;
    const { gateway } = resolveTopology(name, {}).network;
    const taken = Object.values(os.networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === gateway));
    if (taken || given.has(gateway)) continue;
    given.add(gateway);
    return name;
  }
}
