import type { AwsTopology } from "../topology-aws";
import { clientsFrontend } from "./haproxy-frontend";
import type { HaproxyFiles } from "./haproxy-frontend";
import { defaultsSection, globalSection, readsBackend, writesBackend } from "./haproxy-sections";
import { statisticsConnections, statisticsFrontend } from "./haproxy-statistics";

/**
 * `haproxy.cfg` for the HAProxy of a task, with the task's own registry behind it: when that is lost, the task is, and the load balancer asks others. A Network Load
 * Balancer knows nothing of requests; here they are limited, logged and refused as on Docker hosts.
 *
 * @throws {TypeError} when a path holds control characters.
 */
export function renderAwsHaproxy(topology: AwsTopology, files: HaproxyFiles): string {
  const { loadBalancer, node, nodes } = topology;
  const place = { host: "", ownAddresses: [], proxyAddressRanges: [], port: nodes.balancerPort, proxyProtocol: true };
  return [
    globalSection(topology, loadBalancer.maxConnections + statisticsConnections),
    defaultsSection(loadBalancer),
    // Who may connect is for the load balancer's security group to say.
    clientsFrontend({ ...topology, loadBalancer: { ...loadBalancer, allowedAddressRanges: [] } }, files, place),
    readsBackend(topology, [`server node 127.0.0.1:${node.port}`]),
    writesBackend("registry-writes", topology, [`server node 127.0.0.1:${node.port} track registry-reads/node`]),
    statisticsFrontend(),
  ].join("\n");
}
