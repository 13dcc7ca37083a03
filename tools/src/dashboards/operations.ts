import { certificateDays, lastSuccess, storeDisk, usedPercent } from "ha-registry-core";
import { dashboard, lines, states } from "./panels";
import type { Dashboard } from "./panels";

const free = `node_filesystem_avail_bytes{${storeDisk}}`;

/** How fast the store's disk fills, bytes a second, by the last day. */
const growth = `(0 - deriv(${free}[1d]))`;

/** Days until the store's disk is full, where it fills. */
export const daysToFull = `${free} / (${growth} > 0) / 86400`;

const backup = (metric: string): string => `ha_registry_backup_${metric}{job="backup"}`;
const collection = (metric: string): string => `ha_registry_gc_${metric}{job="garbage-collection"}`;
const age = (metric: string): string => `(time() - (${metric} > 0)) / 3600`;

/** How does it keep, and what has to be provided for? */
export function operations(): Dashboard {
  return dashboard("ha-registry-operations", "Registry: storage and operations", "What fills up, ages, fails over and is cleaned up.")
    .withPanel(lines("Store in use", "percent", { "{{instance}} {{mountpoint}}": usedPercent }, { range: { from: 0, to: 100 } }))
    .withPanel(lines("Growth of the store, per day", "bytes", { "{{instance}} {{mountpoint}}": `86400 * ${growth}` }, { signed: true }))
    .withPanel(
      lines(
        "Days until the store is full",
        "d",
        { "{{instance}} {{mountpoint}}": daysToFull },
        { description: "By how it grew in the last day; nothing where it does not grow." },
      ),
    )
    .withPanel(lines("Days left of certificates", "d", { "{{instance}}": certificateDays }))
    .withPanel(
      states(
        "Roles of Redis",
        {
          "{{instance}}":
            'max by (instance) (redis_instance_info{job="redis",role="master"}) or 0 * max by (instance) (redis_up{job="redis"} == 1) or max by (instance) (redis_up{job="redis"}) - 1',
        },
        {
          description: "A change of the primary is a fail-over. Sentinels stand among the others.",
          words: {
            "-1": { text: "down", color: "red" },
            "0": { text: "replica or sentinel", color: "blue" },
            "1": { text: "primary", color: "green" },
          },
        },
      ),
    )
    .withPanel(
      lines(
        "Redis",
        "percent",
        {
          "{{instance}}: memory in use": '100 * redis_memory_used_bytes{job="redis"} / (redis_memory_max_bytes{job="redis"} > 0)',
        },
        { range: { from: 0, to: 100 } },
      ),
    )
    .withPanel(
      lines("Replication", "short", {
        "{{instance}}: seconds since {{slave_ip}} was heard of": 'redis_connected_slave_lag_seconds{job="redis"}',
        "{{instance}}: blocks to be copied": 'block_resync_queue_length{job="garage"}',
        "{{instance}}: blocks that cannot be copied": 'block_resync_errored_blocks{job="garage"}',
      }),
    )
    .withPanel(
      states(
        "Garage",
        { "{{instance}}": 'max by (instance) (cluster_healthy{job="garage"} + cluster_available{job="garage"})' },
        {
          words: {
            "0": { text: "not available", color: "red" },
            "1": { text: "available, a node is missing", color: "yellow" },
            "2": { text: "healthy", color: "green" },
          },
        },
      ),
    )
    .withPanel(
      lines("Age of the last good backup", "h", {
        "Last good backup": age(lastSuccess.backup),
        Plan: `${backup("interval_seconds")} / 3600`,
      }),
    )
    .withPanel(
      lines("Backups", "short", {
        "Duration, seconds": backup("duration_seconds"),
        Points: backup("points"),
        "New MiB": `${backup("new_bytes")} / 1048576`,
      }),
    )
    .withPanel(
      lines("Garbage collection", "short", {
        "Duration, seconds": collection("duration_seconds"),
        "Pushes put off, seconds": collection("fence_seconds"),
        "Blobs removed": collection("removed_blobs"),
        "Hours since the last one": age(lastSuccess.collection),
      }),
    )
    .withPanel(
      lines(
        "Hosts",
        "percent",
        {
          "{{instance}}: CPU": '100 * (1 - avg by (instance) (rate(node_cpu_seconds_total{job="node",mode="idle"}[5m])))',
          "{{instance}}: memory": '100 * (1 - node_memory_MemAvailable_bytes{job="node"} / node_memory_MemTotal_bytes{job="node"})',
        },
        { range: { from: 0, to: 100 } },
      ),
    )
    .withPanel(lines("Memory of registry nodes", "bytes", { "{{instance}}": 'process_resident_memory_bytes{job="registry"}' }))
    .withPanel(
      lines(
        "CPU of registry nodes",
        "short",
        { "{{instance}}": 'rate(process_cpu_seconds_total{job="registry"}[5m])' },
        { description: "Cores in use." },
      ),
    );
}
