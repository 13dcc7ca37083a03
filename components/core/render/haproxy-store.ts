import { ports } from "../layout";
import { hostPort, isSeveral, storeServerName } from "../placement";
import type { Topology } from "../topology";
import type { HaproxyFiles } from "./haproxy-frontend";
import { quote, section } from "./haproxy-text";

/**
 * How the nodes of a host reach the registry's own object store when its Garage node on the same host does not serve, and how others
 * reach that one: Garage speaks no TLS, and what crosses the network between hosts has to. Nothing where there is but one host.
 *
 * Connections are handed on as they are: a registry's S3 driver sends a request again that broke off.
 */
export function storeSections(topology: Topology, host: string, files: HaproxyFiles): string[] {
  const { hosts, objectStore, loadBalancer } = topology;
  if (objectStore.garage === undefined || !isSeveral(hosts)) return [];
  const { internalCa, internalCertificate } = files;
  if (internalCa === undefined || internalCertificate === undefined) {
    throw new TypeError("hosts reach each other's store by TLS, and its CA or its certificate is missing");
  }
  const { garage } = objectStore;
  const local = garage.nodes.filter((node) => node.host === host).map((node) => ({ name: node.name, address: node.address }));
  const tls = `ssl ca-file ${quote(internalCa)} verify required sni str(${storeServerName(topology.name)})`;
  const remote = loadBalancer.balancers
    .filter((balancer) => balancer.host !== host && garage.nodes.some((node) => node.host === balancer.host))
    .flatMap(({ host: name, publishedStore }) => (publishedStore === undefined ? [] : [{ name, address: hostPort(publishedStore) }]));
  const servers = local.map(({ name, address }) => `server ${name} ${address}:${ports.garageS3}`);
  // A Garage node opens its port when it can answer, so that a connection says all.
  const checked = "default-server check inter 1s fastinter 100ms downinter 200ms fall 2 rise 1";
  return [
    section("frontend store", "mode tcp", `bind :${ports.garageS3}`, "option tcplog", "default_backend store"),
    section(
      "backend store",
      "mode tcp",
      checked,
      servers,
      remote.map(({ name, address }) => `server ${name} ${address} ${tls} backup`),
    ),
    section(
      "frontend store-of-this-host",
      "mode tcp",
      `bind :${ports.storeTls} ssl crt ${quote(internalCertificate)}`,
      "option tcplog",
      "default_backend store-of-this-host",
    ),
    section("backend store-of-this-host", "mode tcp", checked, servers),
  ];
}
