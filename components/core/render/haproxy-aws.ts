import type { AwsTopology } from "../topology-aws";
import { homeRoutes, readRegionSections } from "./haproxy-aws-read-region";
import { clientsFrontend } from "./haproxy-frontend";
import type { HaproxyFiles } from "./haproxy-frontend";
import { defaultsSection, globalSection, readsBackend, writesBackend } from "./haproxy-sections";
import { statisticsConnections, statisticsFrontend } from "./haproxy-statistics";

/** Absolute paths of the files that the configuration of a task's HAProxy names. */
export interface AwsHaproxyFiles extends HaproxyFiles {
  /** CA of the certificate that home shows. @default - the CAs of HAProxy's image */
  homeCa?: string;
}

/**
 * `haproxy.cfg` for the HAProxy of a task, with the task's own registry behind it: when that is lost, the task is, and the load balancer asks others. A Network Load
 * Balancer knows nothing of requests; here they are limited, logged and refused as on Docker hosts.
 *
 * @throws {TypeError} when a path holds control characters.
 */
export function renderAwsHaproxy(topology: AwsTopology, files: AwsHaproxyFiles): string {
  const { home, loadBalancer, node } = topology;
  return [
    globalSection(topology, loadBalancer.maxConnections + statisticsConnections),
    defaultsSection(loadBalancer),
    ...(home === undefined
      ? [
          taskFrontend(topology, files, []),
          readsBackend(topology, [`server node 127.0.0.1:${node.port}`]),
          writesBackend("registry-writes", topology, [`server node 127.0.0.1:${node.port} track registry-reads/node`]),
        ]
      : [taskFrontend(topology, files, homeRoutes(home)), ...readRegionSections(topology, home, files.homeCa)]),
    statisticsFrontend(),
  ].join("\n");
}

function taskFrontend(topology: AwsTopology, files: HaproxyFiles, routes: readonly string[]): string {
  const { loadBalancer, nodes, regionCidrs = [] } = topology;
  return clientsFrontend(
    // Who may connect is for the load balancer's security group to say.
    { ...topology, loadBalancer: { ...loadBalancer, allowedAddressRanges: [] } },
    files,
    { host: "", ownAddresses: [], proxyAddressRanges: regionCidrs, port: nodes.balancerPort, proxyProtocol: true, routes },
  );
}
