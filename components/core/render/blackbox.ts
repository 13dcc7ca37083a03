import { ipVersion } from "../addresses";
import type { Topology } from "../topology";
import { stringifyYaml } from "./yaml";

/**
 * Configuration of the blackbox exporter: its module `certificate` opens a TLS connection, and tells when what it was shown ends. Whether it would
 * be trusted is not asked: one that has ended is to be told as such, and the synthetic probe checks it as clients do.
 */
export function renderBlackbox({ hostname }: Topology): string {
  return stringifyYaml({
    modules: {
      certificate: {
        prober: "tcp",
        timeout: "5s",
        tcp: {
          tls: true,
          tls_config: { insecure_skip_verify: true, ...(ipVersion(hostname) === 0 ? { server_name: hostname } : {}) },
        },
      },
    },
  });
}
