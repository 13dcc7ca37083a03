import { AlertName } from "ha-registry-core";
import {
  answers,
  certificate,
  checkCodes,
  disk,
  isDown,
  job,
  ofBalancer,
  onStore,
  refused,
  requests,
  servers,
  targets,
} from "./alert-series";
import type { AlertCase } from "./alert-series";

const failedPushes = "10.0 % of the requests of pushes ended in a 5xx in the last five minutes.";
const probeFails = "No push and pull of the probe has succeeded for minutes, or the probe is gone.";
const probe = { job: "probe", instance: "demo-probe" };
const tooOld = "No backup has succeeded for longer than its plan promises.";
const notCollected = "No garbage collection has succeeded for longer than it should be: the store grows.";
const behind = "a replica of Redis has not been heard of or has lost its primary, or Garage cannot copy blocks to where they belong.";
const storeFails = "Registry nodes, or Garage itself, say that the store fails: nobody can push, and few can pull.";
const noPrimary = "Of several Redis servers none, or more than one, is the primary.";

/** For each rule at least one case in which it fires and one in which it does not. */
export const alertCases: readonly AlertCase[] = [
  {
    alert: AlertName.StorageFillingUp,
    what: "86 % in use",
    series: disk("140x40"),
    alerts: [{ severity: "warning", labels: onStore, description: "a: 86.0 % of /store are in use." }],
  },
  { alert: AlertName.StorageFillingUp, what: "84 % in use", series: disk("160x40") },
  { alert: AlertName.StorageFillingUp, what: "86 % in use for a moment", series: disk("500x26 140x4") },
  { alert: AlertName.StorageFillingUp, what: "another disk that is full", series: disk("0x40", "/") },
  {
    alert: AlertName.StorageAlmostFull,
    what: "91 % of one of several volumes in use",
    series: disk("90x40", "/store/2"),
    alerts: [{ severity: "critical", labels: { ...onStore, mountpoint: "/store/2" }, description: "a: 91.0 % of /store/2 are in use." }],
  },
  { alert: AlertName.StorageAlmostFull, what: "89 % in use", series: disk("110x40") },
  {
    alert: AlertName.PushFailures,
    what: "one of ten fails",
    series: requests("registry-writes", 60, 6),
    alerts: [{ severity: "critical", description: failedPushes }],
  },
  {
    alert: AlertName.PushFailures,
    what: "one of ten fails while bytes of blobs are sent",
    series: { ...requests("registry-writes", 60, 0), ...requests("registry-appends", 60, 12) },
    alerts: [{ severity: "critical", description: failedPushes }],
  },
  { alert: AlertName.PushFailures, what: "one of 30 fails", series: requests("registry-writes", 60, 2) },
  { alert: AlertName.PushFailures, what: "all of very few fail", series: requests("registry-writes", 2, 2) },
  {
    alert: AlertName.PushFailures,
    what: "pulls fail",
    series: { ...requests("registry-writes", 60, 0), ...requests("registry-reads", 60, 60) },
  },
  {
    alert: AlertName.PullFailures,
    what: "one of ten fails",
    series: requests("registry-reads", 60, 6),
    alerts: [{ severity: "critical", description: "10.0 % of the requests of pulls ended in a 5xx in the last five minutes." }],
  },
  { alert: AlertName.PullFailures, what: "one of 30 fails", series: requests("registry-reads", 60, 2) },
  {
    alert: AlertName.AuthenticationFailures,
    what: "11 in a minute at two balancers, some minutes ago",
    series: refused("0x26 6 0x9", "0x26 5 0x9"),
    alerts: [{ severity: "warning", description: "11 logins with a wrong user or password in the last minute." }],
  },
  { alert: AlertName.AuthenticationFailures, what: "9 in a minute", series: refused("4x40", "5x40") },
  {
    alert: AlertName.LatencyHigh,
    what: "half of the answers take more than a second",
    series: answers(50, 50),
    alerts: [{ severity: "warning", description: "95 of 100 requests for manifests take up to 2.35 s." }],
  },
  { alert: AlertName.LatencyHigh, what: "one of 50 answers takes more than a second", series: answers(98, 2) },
  { alert: AlertName.LatencyHigh, what: "blobs take long", series: { ...answers(100, 0), ...answers(0, 100, "blob") } },
  { alert: AlertName.LatencyHigh, what: "a few slow answers in a quiet hour", series: answers(0, 2) },
  { alert: AlertName.NodeDown, what: "one is down", series: targets("registry", "1x10 0x20"), alerts: [isDown("registry", 1)] },
  {
    alert: AlertName.NodeDown,
    what: "all are down",
    series: targets("registry", "0x30", "0x30"),
    alerts: [
      isDown("registry", 1),
      isDown("registry", 2),
      { severity: "critical", description: "All registry nodes are down: nobody can push or pull." },
    ],
  },
  { alert: AlertName.NodeDown, what: "one is being replaced", series: targets("registry", "1x28 0 1") },
  { alert: AlertName.BalancerDown, what: "one is down", series: targets("haproxy", "1x10 0x20"), alerts: [isDown("haproxy", 1)] },
  {
    alert: AlertName.BalancerDown,
    what: "all are down",
    series: targets("haproxy", "0x30", "0x30"),
    alerts: [
      isDown("haproxy", 1),
      isDown("haproxy", 2),
      { severity: "critical", description: "All HAProxys are down: nobody can push or pull." },
    ],
  },
  { alert: AlertName.BalancerDown, what: "all are there", series: targets("haproxy", "1x30") },
  {
    alert: AlertName.RedisDown,
    what: "the exporter says so of one",
    series: servers("master", undefined),
    alerts: [{ severity: "warning", labels: { job: "redis", instance: "demo-redis-2" }, description: "demo-redis-2 does not answer." }],
  },
  {
    alert: AlertName.RedisDown,
    what: "the exporter is gone",
    series: { 'up{job="redis",instance="demo-redis-1"}': "0x40" },
    alerts: [{ severity: "warning", labels: { job: "redis", instance: "demo-redis-1" }, description: "demo-redis-1 does not answer." }],
  },
  { alert: AlertName.RedisDown, what: "all are there", series: servers("master", "slave") },
  {
    alert: AlertName.RedisPrimaryMissing,
    what: "replicas only",
    series: servers("slave", "slave", undefined),
    alerts: [{ severity: "warning", description: noPrimary }],
  },
  {
    alert: AlertName.RedisPrimaryMissing,
    what: "two primaries",
    series: servers("master", "master", "slave"),
    alerts: [{ severity: "warning", description: noPrimary }],
  },
  { alert: AlertName.RedisPrimaryMissing, what: "one primary", series: servers("slave", "master", "slave") },
  { alert: AlertName.RedisPrimaryMissing, what: "the only server is down", series: servers(undefined) },
  {
    alert: AlertName.ObjectStoreDown,
    what: "a node says so",
    series: checkCodes(200, 503),
    alerts: [{ severity: "critical", description: storeFails }],
  },
  {
    alert: AlertName.ObjectStoreDown,
    what: "all of Garage's nodes say so",
    series: {
      'cluster_available{job="garage",instance="demo-garage-1"}': "0x40",
      'cluster_available{job="garage",instance="demo-garage-2"}': "0x40",
    },
    alerts: [{ severity: "critical", description: storeFails }],
  },
  { alert: AlertName.ObjectStoreDown, what: "nodes are well or gone", series: checkCodes(200, 0) },
  {
    alert: AlertName.ObjectStoreDown,
    what: "one of Garage's nodes is cut off",
    series: {
      'cluster_available{job="garage",instance="demo-garage-1"}': "0x40",
      'cluster_available{job="garage",instance="demo-garage-2"}': "1x40",
    },
  },
  {
    alert: AlertName.CertificateEndsSoon,
    what: "20 days are left",
    series: certificate(20),
    alerts: [{ severity: "warning", labels: ofBalancer, description: "The certificate of demo-balancer ends in 20.0 days." }],
  },
  {
    alert: AlertName.CertificateEndsSoon,
    what: "6 days are left",
    series: certificate(6),
    alerts: [
      { severity: "critical", labels: ofBalancer, description: "The certificate of demo-balancer ends in 6.0 days." },
      { severity: "warning", labels: ofBalancer, description: "The certificate of demo-balancer ends in 6.0 days." },
    ],
  },
  { alert: AlertName.CertificateEndsSoon, what: "22 days are left", series: certificate(22) },
  {
    alert: AlertName.BackupTooOld,
    what: "none in a day and a half, of one each day",
    at: "38h",
    interval: "10m",
    series: job("backup", { last_success_timestamp_seconds: "600x2400", interval_seconds: "86400x2400" }),
    alerts: [{ severity: "critical", labels: { job: "backup", instance: "demo" }, description: tooOld }],
  },
  {
    alert: AlertName.BackupTooOld,
    what: "none ever",
    at: "38h",
    interval: "10m",
    series: job("backup", { last_success_timestamp_seconds: "0x2400", interval_seconds: "604800x2400" }),
    alerts: [{ severity: "critical", labels: { job: "backup", instance: "demo" }, description: tooOld }],
  },
  {
    alert: AlertName.BackupTooOld,
    what: "one, of one each day",
    at: "34h",
    interval: "10m",
    series: job("backup", { last_success_timestamp_seconds: "600x2400", interval_seconds: "86400x2400" }),
  },
  {
    alert: AlertName.BackupTooOld,
    what: "none yet",
    at: "3h",
    interval: "10m",
    series: job("backup", { last_success_timestamp_seconds: "0x2400", interval_seconds: "3600x2400" }),
  },
  {
    alert: AlertName.BackupFailed,
    what: "it failed",
    series: job("backup", { last_result: "1x5 0x30", last_run_timestamp_seconds: "300x40" }),
    alerts: [
      {
        severity: "warning",
        labels: { job: "backup", instance: "demo" },
        description: "The last backup failed; the one before it can still be restored.",
      },
    ],
  },
  {
    alert: AlertName.BackupFailed,
    what: "it succeeded",
    series: job("backup", { last_result: "1x40", last_run_timestamp_seconds: "300x40" }),
  },
  {
    alert: AlertName.BackupFailed,
    what: "it has not run",
    series: job("backup", { last_result: "0x40", last_run_timestamp_seconds: "0x40" }),
  },
  {
    alert: AlertName.ProbeFailing,
    what: "no success for a while",
    series: { 'ha_registry_probe_last_success_timestamp_seconds{job="probe",instance="demo-probe"}': "0+60x20 1200x20" },
    alerts: [{ severity: "critical", labels: probe, description: probeFails }],
  },
  {
    alert: AlertName.ProbeFailing,
    what: "the probe is gone",
    series: { 'up{job="probe",instance="demo-probe"}': "0x40" },
    alerts: [{ severity: "critical", labels: probe, description: probeFails }],
  },
  {
    alert: AlertName.ProbeFailing,
    what: "success each minute",
    series: {
      'ha_registry_probe_last_success_timestamp_seconds{job="probe",instance="demo-probe"}': "0+60x40",
      'up{job="probe",instance="demo-probe"}': "1x40",
    },
  },
  {
    alert: AlertName.ReplicationLag,
    what: "a replica is not heard of",
    series: { 'redis_connected_slave_lag_seconds{job="redis",instance="demo-redis-1"}': "31x40" },
    alerts: [{ severity: "warning", labels: { job: "redis", instance: "demo-redis-1" }, description: `demo-redis-1: ${behind}` }],
  },
  {
    alert: AlertName.ReplicationLag,
    what: "a replica has lost its primary, and Garage cannot copy blocks",
    series: {
      'redis_master_link_up{job="redis",instance="demo-redis-2"}': "0x40",
      'block_resync_errored_blocks{job="garage",instance="demo-garage-1"}': "3x40",
    },
    alerts: [
      { severity: "warning", labels: { job: "redis", instance: "demo-redis-2" }, description: `demo-redis-2: ${behind}` },
      { severity: "warning", labels: { job: "garage", instance: "demo-garage-1" }, description: `demo-garage-1: ${behind}` },
    ],
  },
  {
    alert: AlertName.ReplicationLag,
    what: "everyone keeps up",
    series: {
      'redis_connected_slave_lag_seconds{job="redis",instance="demo-redis-1"}': "1x40",
      'redis_master_link_up{job="redis",instance="demo-redis-2"}': "1x40",
      'block_resync_errored_blocks{job="garage",instance="demo-garage-1"}': "0x40",
    },
  },
  {
    alert: AlertName.HostDown,
    what: "one is down",
    series: targets("node", "1x10 0x20"),
    alerts: [{ ...isDown("node", 1), severity: "critical" }],
  },
  { alert: AlertName.HostDown, what: "all are there", series: targets("node", "1x30") },
  {
    alert: AlertName.GarbageCollectionTooOld,
    what: "none in 51 hours",
    at: "51h10m",
    interval: "10m",
    series: job("garbage-collection", { last_success_timestamp_seconds: "600x3200" }),
    alerts: [{ severity: "warning", labels: { job: "garbage-collection", instance: "demo" }, description: notCollected }],
  },
  {
    alert: AlertName.GarbageCollectionTooOld,
    what: "none ever",
    at: "51h",
    interval: "10m",
    series: job("garbage-collection", { last_success_timestamp_seconds: "0x3200" }),
    alerts: [{ severity: "warning", labels: { job: "garbage-collection", instance: "demo" }, description: notCollected }],
  },
  {
    alert: AlertName.GarbageCollectionTooOld,
    what: "one in 49 hours",
    at: "49h",
    interval: "10m",
    series: job("garbage-collection", { last_success_timestamp_seconds: "600x3200" }),
  },
  {
    alert: AlertName.GarbageCollectionTooOld,
    what: "none yet",
    at: "20h",
    interval: "10m",
    series: job("garbage-collection", { last_success_timestamp_seconds: "0x3200" }),
  },
  {
    alert: AlertName.Watchdog,
    what: "always",
    series: {},
    alerts: [
      {
        severity: "none",
        description: "Always there, so that a dead man's switch can tell when Prometheus or Alertmanager is gone.",
      },
    ],
  },
];
