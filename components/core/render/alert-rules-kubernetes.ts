import { AccessMode } from "../shape";
import { AlertName } from "../shape-alerts";
import type { KubernetesTopology } from "../topology-kubernetes";
import type {
  KubernetesBackupTargetTopology as Target,
  KubernetesBackupTopology,
  KubernetesMonitoringTopology,
} from "../topology-kubernetes-parts";
import { alertRules } from "./alert-rules";
import type { AlertDefinition } from "./alert-rules";
import { partAlerts } from "./alert-rules-parts";
import { storageAlerts } from "./alert-rules-storage";
import { trafficAlerts } from "./alert-rules-traffic";
import type { LooseMap } from "./yaml";

const podRunbook = "Look at the pod's events and log, and at those of its host.";

/** The alerts whose metrics there are: those of the pods, and what the cluster tells of volumes and of CronJobs. */
export function kubernetesAlerts(topology: Omit<KubernetesTopology, "monitoring">): Partial<Record<AlertName, AlertDefinition>> {
  const { access, objectStore, backup, garbageCollection } = topology;
  const { AuthenticationFailures, PushFailures, PullFailures, LatencyHigh } = trafficAlerts;
  return {
    PushFailures,
    PullFailures,
    LatencyHigh,
    ...(access.mode === AccessMode.Htpasswd ? { AuthenticationFailures } : {}),
    [AlertName.NodeDown]: { ...partAlerts.NodeDown, runbook: podRunbook },
    [AlertName.BalancerDown]: { ...partAlerts.BalancerDown, runbook: podRunbook },
    [AlertName.ObjectStoreDown]: partAlerts.ObjectStoreDown,
    ...(objectStore.volume === undefined ? {} : volumeAlerts(topology, objectStore.volume.claimName)),
    ...(backup === undefined ? {} : backupAlerts(topology, backup)),
    ...(garbageCollection === undefined ? {} : collectionAlert(topology, garbageCollection.name)),
  };
}

/** What a PrometheusRule says. */
export function renderKubernetesAlertRules(topology: KubernetesTopology, { alerting }: KubernetesMonitoringTopology): LooseMap {
  const rules = alertRules(alerting.alerts, kubernetesAlerts(topology)).map((rule) => ({
    ...rule,
    expr: scopedTo(topology, rule.expr),
    labels: { ...rule.labels, namespace: topology.namespace.name, registry: topology.name },
  }));
  return { groups: [{ name: `ha-registry-${topology.name}`, rules }] };
}

/** A query of one registry alone: a cluster's Prometheus may know several. */
export function scopedTo({ name, namespace }: Pick<KubernetesTopology, "name" | "namespace">, query: string): string {
  const scope = `namespace="${namespace.name}",registry="${name}",`;
  return query.replace(/\bjob="|\bALERTS\{/g, (found) => (found.endsWith("{") ? `${found}${scope}` : `${scope}${found}`));
}

type Place = Pick<KubernetesTopology, "namespace">;

function volumeAlerts({ namespace }: Place, claimName: string): Partial<Record<AlertName, AlertDefinition>> {
  const [available, capacity] = ["available", "capacity"].map(
    (what) => `max(kubelet_volume_stats_${what}_bytes{namespace="${namespace.name}",persistentvolumeclaim="${claimName}"})`,
  );
  const used = `100 * (1 - ${available} / ${capacity})`;
  const filling = (definition: AlertDefinition): AlertDefinition => ({
    ...definition,
    conditions: definition.conditions.map((condition) => ({
      ...condition,
      expression: (threshold) => `${used} > ${threshold}`,
      description: '{{ $value | printf "%.1f" }} % of the store\'s volume are in use.',
    })),
  });
  return {
    [AlertName.StorageFillingUp]: filling(storageAlerts.StorageFillingUp),
    [AlertName.StorageAlmostFull]: filling(storageAlerts.StorageAlmostFull),
  };
}

/** How kube-state-metrics tells of a CronJob. */
function ofCronJob({ namespace }: Place, name: string): (what: string) => string {
  return (what) => `max by (cronjob) (kube_cronjob_${what}{namespace="${namespace.name}",cronjob="${name}"})`;
}

/** Longer than so many seconds without a success; what has never succeeded counts from when it was made. */
function tooOld(metric: (what: string) => string, seconds: number): string {
  return `(time() - (${metric("status_last_successful_time")} or ${metric("created")})) > ${seconds}`;
}

function backupAlerts(place: Place, { targets }: KubernetesBackupTopology): Partial<Record<AlertName, AlertDefinition>> {
  const { BackupTooOld, BackupFailed } = storageAlerts;
  // One rule for all of them: two with the same name and labels would be taken for a mistake.
  const any = (expression: (target: Target) => string): string => targets.map((target) => `(${expression(target)})`).join(" or ");
  const old = (threshold: number): string =>
    any(({ backupName, everyMinutes }) => tooOld(ofCronJob(place, backupName), Math.round(threshold * everyMinutes * 60)));
  const failed = any(({ backupName }) => {
    const metric = ofCronJob(place, backupName);
    return `${metric("status_last_schedule_time")} > ${metric("status_last_successful_time")} and ${metric("status_active")} == 0`;
  });
  return {
    [AlertName.BackupTooOld]: {
      runbook: "Look at the CronJob's Jobs and at the log of their pods for why none has succeeded.",
      conditions: BackupTooOld.conditions.map((condition) => ({
        ...condition,
        expression: old,
        description: "{{ $labels.cronjob }}: no backup has succeeded for longer than its plan promises.",
      })),
    },
    [AlertName.BackupFailed]: {
      runbook: BackupFailed.runbook,
      conditions: BackupFailed.conditions.map((condition) => ({
        ...condition,
        expression: () => failed,
        description: "{{ $labels.cronjob }}: the last backup failed; the one before it can still be restored.",
      })),
    },
  };
}

function collectionAlert(place: Place, name: string): Partial<Record<AlertName, AlertDefinition>> {
  const expression = (threshold: number): string => tooOld(ofCronJob(place, name), threshold * 3600);
  return {
    [AlertName.GarbageCollectionTooOld]: {
      runbook: "Look at the CronJob's Jobs and at the log of their pods for why none has succeeded.",
      conditions: storageAlerts.GarbageCollectionTooOld.conditions.map((condition) => ({ ...condition, expression })),
    },
  };
}
