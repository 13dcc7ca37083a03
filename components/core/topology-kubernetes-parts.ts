import type { AlertSetting } from "./resolve-alerts";
import type { BackupTargetTopology } from "./topology-backup";
import type { GarbageCollectionSettings } from "./topology-garbage-collection";

/** Garbage collection: a pod that is there only while it collects. */
export interface KubernetesGarbageCollectionTopology extends GarbageCollectionSettings {
  /** That it is there only then. */
  onlyWhileItCollects: boolean;
  /** Name of the CronJob, and of the Service by which balancers reach its pod. */
  name: string;
  /** DNS name of that Service. */
  fenceHost: string;
  /** Name of the Service whose DNS name has the addresses of all balancers, and of the pod itself. */
  participantsName: string;
  /** That DNS name. */
  participantsHost: string;
  /** When it begins, as a CronJob takes it, UTC. */
  schedule: string;
}

/** Backups: a CronJob for each target. */
export interface KubernetesBackupTopology {
  /** Where copies go, in the order of their names. */
  targets: KubernetesBackupTargetTopology[];
  /** Storage class of the volumes with what is known from run to run; the cluster's default when absent. */
  storageClass?: string;
  /** Space of each of them, GiB. */
  sizeGiB: number;
}

/** One place for copies. */
export interface KubernetesBackupTargetTopology extends BackupTargetTopology {
  /** Name of the CronJob that copies, and of its volume. */
  backupName: string;
  /** Name of the CronJob that restores. */
  restoreName: string;
  /** When it copies, as a CronJob takes it, UTC. */
  schedule: string;
}

/** Monitoring, by a Prometheus of the cluster's. */
export interface KubernetesMonitoringTopology {
  /** How prometheus-operator is asked; pods have annotations when absent. */
  prometheusOperator?: PrometheusOperatorTopology;
  /** What it is told of alerts; none without prometheus-operator. */
  alerting: KubernetesAlertingTopology;
  /** Dashboards; none when absent. */
  dashboards?: DashboardsTopology;
}

/** The alerts that there are. */
export interface KubernetesAlertingTopology {
  /** Each of them. */
  alerts: AlertSetting[];
}

/** How prometheus-operator is asked. */
export interface PrometheusOperatorTopology {
  /** Labels by which a Prometheus chooses. */
  labels: Record<string, string>;
  /** How often every pod is asked, seconds. */
  scrapeIntervalSeconds: number;
}

/** Dashboards. */
export interface DashboardsTopology {
  /** Namespaces in which Grafana's sidecar looks. */
  namespaces: string[];
  /** Labels by which it finds them. */
  labels: Record<string, string>;
}
