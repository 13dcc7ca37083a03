import { AlertName } from "../shape-alerts";
import type { AlertDefinition } from "./alert-rules";

/** The disk that the store is on, where it is the registry's own: node exporters see it there. */
export const storeDisk = 'job="node",mountpoint=~"/store(/.*)?"';

const [available, free, size] = ["avail", "free", "size"].map((what) => `node_filesystem_${what}_bytes{${storeDisk}}`);

/** How much of the store's disk is in use, percent, as `df` counts: what is kept for root, or for others, is neither in use nor free. */
export const usedPercent = `100 * (1 - ${available} / (${size} - ${free} + ${available}))`;

/** Days that are left of certificates. */
export const certificateDays = '(probe_ssl_earliest_cert_expiry{job="certificate"} - time()) / 86400';

/** What has succeeded at some time, and when. */
export const lastSuccess = {
  /** A backup, of each target. */
  backup: 'ha_registry_backup_last_success_timestamp_seconds{job="backup"}',
  /** A collection of garbage. */
  collection: 'ha_registry_gc_last_success_timestamp_seconds{job="garbage-collection"}',
};

/** What has never succeeded stands at 0: that is wrong only once it has been so for a while. */
function never(metric: string, duration: string): string {
  return `(${metric} == 0 and ${metric} offset ${duration} == 0)`;
}

const makeRoom =
  "Collect garbage, keep fewer tags, or enlarge the disk: pushes fail when it is full, and Garage and Redis may fail with them.";

function filling(severity: "critical" | "warning", summary: string): AlertDefinition {
  return {
    runbook: makeRoom,
    conditions: [
      {
        severity,
        expression: (threshold) => `${usedPercent} > ${threshold}`,
        summary,
        description: '{{ $labels.instance }}: {{ $value | printf "%.1f" }} % of {{ $labels.mountpoint }} are in use.',
      },
    ],
  };
}

/** What has to be provided for. */
export const storageAlerts = {
  [AlertName.StorageFillingUp]: filling("warning", "The store's disk is filling up"),
  [AlertName.StorageAlmostFull]: filling("critical", "The store's disk is almost full"),
  [AlertName.CertificateEndsSoon]: {
    runbook: "Run `up`, which renews certificates, or give a new certificate where it is your own.",
    conditions: [
      {
        severity: "critical",
        expression: (threshold) => `${certificateDays} < ${threshold / 3}`,
        summary: "A certificate ends in a few days",
        description: 'The certificate of {{ $labels.instance }} ends in {{ $value | printf "%.1f" }} days.',
      },
      {
        severity: "warning",
        expression: (threshold) => `${certificateDays} < ${threshold}`,
        summary: "A certificate ends soon",
        description: 'The certificate of {{ $labels.instance }} ends in {{ $value | printf "%.1f" }} days.',
      },
    ],
  },
  [AlertName.BackupTooOld]: {
    runbook: "Run `backup <environment> now`, and read the log of the backup for why none has succeeded.",
    conditions: [
      {
        severity: "critical",
        expression: (threshold) =>
          `(time() - (${lastSuccess.backup} > 0)) > ${threshold} * ha_registry_backup_interval_seconds{job="backup"} ` +
          `or ${never(lastSuccess.backup, "1d")}`,
        summary: "The last good backup is older than its plan",
        description: "No backup has succeeded for longer than its plan promises.",
      },
    ],
  },
  [AlertName.BackupFailed]: {
    runbook: "Read the log of the backup: most often its target is full or not to be reached.",
    conditions: [
      {
        severity: "warning",
        expression: () =>
          'ha_registry_backup_last_result{job="backup"} == 0 and ha_registry_backup_last_run_timestamp_seconds{job="backup"} > 0',
        summary: "The last backup failed",
        description: "The last backup failed; the one before it can still be restored.",
      },
    ],
  },
  [AlertName.GarbageCollectionTooOld]: {
    runbook: "Run `gc <environment>`, and read the log of the collector for why none has succeeded.",
    conditions: [
      {
        severity: "warning",
        expression: (threshold) =>
          `(time() - (${lastSuccess.collection} > 0)) > ${threshold * 3600} or ${never(lastSuccess.collection, `${threshold}h`)}`,
        summary: "Garbage has not been collected",
        description: "No garbage collection has succeeded for longer than it should be: the store grows.",
      },
    ],
  },
} satisfies Partial<Record<AlertName, AlertDefinition>>;
