import { AlertName } from "../shape-alerts";
import type { AlertCondition, AlertDefinition } from "./alert-rules";

/** One of several does not answer, which users need not notice; none does, which they do. */
function down(job: string, what: string, all: string): AlertCondition[] {
  return [
    {
      severity: "warning",
      expression: () => `up{job="${job}"} == 0`,
      summary: `${what} is down`,
      description: "{{ $labels.instance }} does not answer.",
    },
    {
      severity: "critical",
      expression: () => `max(up{job="${job}"}) == 0`,
      summary: `${all} are down`,
      description: `${all} are down: nobody can push or pull.`,
    },
  ];
}

/** Parts that do not answer, and copies that are behind. */
export const partAlerts = {
  [AlertName.NodeDown]: {
    runbook: "Look at the container's state and log; a node that was lost for good comes back with `up`.",
    conditions: down("registry", "A registry node", "All registry nodes"),
  },
  [AlertName.BalancerDown]: {
    runbook: "Look at the container's state and log; a HAProxy that was lost for good comes back with `up`.",
    conditions: down("haproxy", "A HAProxy", "All HAProxys"),
  },
  [AlertName.RedisDown]: {
    runbook: "Look at the container's state and log; until it is back nodes ask the store for every descriptor, which is slower.",
    conditions: [
      {
        severity: "warning",
        expression: () => 'redis_up{job="redis"} == 0 or up{job="redis"} == 0',
        summary: "A Redis server or sentinel is down",
        description: "{{ $labels.instance }} does not answer.",
      },
    ],
  },
  [AlertName.RedisPrimaryMissing]: {
    runbook: "Ask a sentinel (`sentinel masters`) why it has not chosen a primary: most often two of three cannot reach each other.",
    conditions: [
      {
        severity: "warning",
        // Several servers, and no answer that exactly one of them is the primary.
        expression: () => 'count(redis_up{job="redis"}) > 1 unless count(redis_instance_info{job="redis",role="master"}) == 1',
        summary: "Redis has not exactly one primary",
        description: "Of several Redis servers none, or more than one, is the primary.",
      },
    ],
  },
  [AlertName.ObjectStoreDown]: {
    runbook: "Look at the store: its disk and its server, the bucket and its keys, or Garage's nodes and their log.",
    conditions: [
      {
        severity: "critical",
        // A node whose store fails answers 503 to HAProxy's check. Garage says by itself when too few of its nodes answer.
        expression: () =>
          'count(haproxy_server_check_code{job="haproxy",proxy="registry-reads"} == 503) > 0 or max(cluster_available{job="garage"}) == 0',
        summary: "The object store does not answer",
        description: "Registry nodes, or Garage itself, say that the store fails: nobody can push, and few can pull.",
      },
    ],
  },
  [AlertName.ReplicationLag]: {
    runbook: "Look at the network between the hosts and at their disks; Garage repairs with `garage repair`, Redis by itself.",
    conditions: [
      {
        severity: "warning",
        expression: (threshold) =>
          `redis_connected_slave_lag_seconds{job="redis"} > ${threshold} or redis_master_link_up{job="redis"} == 0 ` +
          'or block_resync_errored_blocks{job="garage"} > 0',
        summary: "Copies are behind",
        description:
          "{{ $labels.instance }}: a replica of Redis has not been heard of or has lost its primary, or Garage cannot copy blocks to where they belong.",
      },
    ],
  },
  [AlertName.HostDown]: {
    runbook: "Look at the machine and its network; what was on it runs on the others, one loss of which may now be an outage.",
    conditions: [
      {
        severity: "critical",
        expression: () => 'up{job="node"} == 0',
        summary: "A host is down",
        description: "{{ $labels.instance }} does not answer.",
      },
    ],
  },
} satisfies Partial<Record<AlertName, AlertDefinition>>;
