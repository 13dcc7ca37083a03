import { ports } from "../layout";
import { storeServerName } from "../placement";
import type { KubernetesTopology } from "../topology-kubernetes";
import { resolvers, resolversSection } from "./haproxy-kubernetes";
import { defaultsSection, globalSection } from "./haproxy-sections";
import { statisticsConnections, statisticsFrontend } from "./haproxy-statistics";
import { keptLonger, storeAgent, storeBackend, storeChecks, storeHealthPath, uploadRules } from "./haproxy-store";
import { quote, section } from "./haproxy-text";

/** Connections with the store that the HAProxy of a pod takes at once. Two of them are one request: that of the client, and that to the store. */
const connections = 1000;

/** Memory limit of it, MiB: two buffers of 64 KiB per connection, and what TLS takes. */
export const storeProxyMemoryMiB = 256;

/**
 * `haproxy.cfg` beside what uses the registry's own object store, which finds it at `127.0.0.1`. Between the two is what is between nodes and Garage on Docker hosts
 * (see haproxy-store.ts); in the same pod, since then it can neither be lost without the other nor have its connections heard. What leaves the pod is TLS.
 *
 * @param internalCa Path of the CA of the certificate that Garage's pods show.
 * @throws {TypeError} when the topology has no Garage.
 */
export function renderStoreClient(topology: KubernetesTopology, internalCa: string): string {
  const { garage } = topology.objectStore;
  if (garage === undefined) throw new TypeError("the topology has no Garage");
  const tls = `ssl ca-file ${quote(internalCa)} verify required sni str(${storeServerName(topology.name)})`;
  return [
    ...basics(topology),
    resolversSection(),
    section(
      "frontend store",
      "no log",
      `bind 127.0.0.1:${ports.garageS3}`,
      `maxconn ${connections}`,
      keptLonger,
      `monitor-uri ${storeHealthPath}`,
      uploadRules,
      "default_backend store",
    ),
    storeBackend(
      "store",
      // The HAProxy of a Garage pod says whether it sees its Garage.
      ["option httpchk", `http-check send meth GET uri ${storeHealthPath}`],
      garage.nodes.map(
        ({ name, address }) =>
          `server ${name} ${address}:${ports.storeTls} resolvers ${resolvers} resolve-prefer ipv4 init-addr none ${tls} ${storeChecks} ${storeAgent}`,
      ),
    ),
    statisticsFrontend("store"),
  ].join("\n");
}

/**
 * `haproxy.cfg` beside a Garage node, which speaks no TLS itself.
 *
 * @param certificate Path of the certificate that others are shown, with the key beside it under its name and `.key`.
 */
export function renderStoreServer(topology: KubernetesTopology, certificate: string): string {
  return [
    ...basics(topology),
    section(
      "frontend store",
      "no log",
      `bind :${ports.storeTls} ssl crt ${quote(certificate)}`,
      `maxconn ${connections}`,
      keptLonger,
      `monitor-uri ${storeHealthPath}`,
      "monitor fail if { nbsrv(store) lt 1 }",
      "default_backend store",
    ),
    // Garage opens its port when it can answer, so that a connection says all.
    storeBackend("store", [], [`server garage 127.0.0.1:${ports.garageS3} ${storeChecks}`]),
    statisticsFrontend("store"),
  ].join("\n");
}

/** What clients' HAProxys are told by the user is not meant for these. */
function basics(topology: KubernetesTopology): string[] {
  const { cpus: _, ...loadBalancer } = topology.loadBalancer;
  const plain = { ...topology, loadBalancer: { ...loadBalancer, extraConfig: {} } };
  return [globalSection(plain, connections + statisticsConnections), defaultsSection(plain.loadBalancer)];
}
