export * from "./addresses";
export { defaultCidr, endpointService, isKnownRegion, partitionOf } from "./aws-regions";
export * from "./errors";
export * from "./garage-identity";
export * from "./images";
export * from "./layout";
export * from "./placement";
export { BackupExitCode } from "./render/backup-exit-code";
export { backupOwnerVariable, backupWorkDirectory, renderBackupScript } from "./render/backup-script";
export { podNameVariable, renderKubernetesBackupScript } from "./render/backup-kubernetes";
export { alertQueries, renderAlertRules } from "./render/alert-rules";
export type { AlertQuery } from "./render/alert-rules";
export { renderKubernetesAlertRules } from "./render/alert-rules-kubernetes";
export { renderAlertmanager } from "./render/alertmanager";
export type { AlertmanagerFiles } from "./render/alertmanager";
export { certificateDays, lastSuccess, storeDisk, usedPercent } from "./render/alert-rules-storage";
export { backends, failedPercent, manifestSeconds, refusedLogins } from "./render/alert-rules-traffic";
export { renderAlertmanagerTemplates } from "./render/alertmanager-templates";
export { renderBlackbox } from "./render/blackbox";
export { auditDirectory, bufferDirectory, bufferMiB, renderAuditScript } from "./render/audit-script";
export { forwardFiles, renderForwards } from "./render/audit-forward";
export type { ForwardSecrets } from "./render/audit-forward";
export * from "./render/client-config";
export * from "./render/content";
export * from "./render/garage";
export {
  garageShellDirectory,
  renderGarageScript,
  renderGarageShellScript,
  renderGarageVolumesScript,
  abandonedUploadDays,
} from "./render/garage-script";
export { renderGaragePodScript } from "./render/garage-pod-script";
export { renderGarbageCacheScript } from "./render/garbage-cache-script";
export { renderGarbageCollectorScript } from "./render/garbage-collector-script";
export { renderGarbageMarkerScript } from "./render/garbage-marker-script";
export { renderKubernetesCollectorScript } from "./render/garbage-collector-kubernetes";
export { renderBackupRclone, renderRclone, renderTargetRemote, targetDirectory } from "./render/rclone";
export type { BackupKeys, Rclone, StoreKeys } from "./render/rclone";
export * from "./render/grafana";
export { dashboardQueries, renderDashboards } from "./render/dashboards";
export type { MonitoringQuery } from "./render/dashboards";
export { renderKubernetesDashboards } from "./render/dashboards-kubernetes";
export * from "./render/haproxy";
export { AuditAction, auditDescriptor } from "./render/haproxy-audit";
export { fenceAtStartVariable, fenceEndpoint, podAddressVariable, reporters } from "./render/haproxy-fence";
export { statisticsPortVariable } from "./render/haproxy-statistics";
export * from "./render/htpasswd";
export * from "./render/keepalived";
export * from "./render/keepalived-script";
export * from "./render/node-script";
export { renderBalancerScript, withdrawalSeconds } from "./render/balancer-script";
export { askForDrain, drainNoticeSeconds } from "./render/agent";
export {
  isEcrImage,
  renderAssumeRolePolicy,
  renderBucketPolicy,
  renderExecutionPolicy,
  renderFlowLogPolicy,
  renderKeyPolicy,
  renderNodePolicy,
} from "./render/aws-policies";
export type { AwsPlace, ExecutionNeeds } from "./render/aws-policies";
export { logMetrics, logNamespace, renderAlarms, renderAwsDashboard } from "./render/aws-alarms";
export type { Alarm, AlarmMetric, AlarmSubjects, LogMetric } from "./render/aws-alarms";
export * from "./render/aws-replication";
export { renderAwsHaproxy } from "./render/haproxy-aws";
export type { AwsHaproxyFiles } from "./render/haproxy-aws";
export { renderTaskScript, taskPath, taskVariable } from "./render/task-script";
export { renderKubernetesHaproxy } from "./render/haproxy-kubernetes";
export { renderStoreClient, renderStoreServer, storeProxyMemoryMiB } from "./render/haproxy-kubernetes-store";
export * from "./render/probe-script";
export { metricsProxyHealthPath, renderMetricsProxy } from "./render/metrics-proxy";
export type { MetricsProxyFiles } from "./render/metrics-proxy";
export { redisUrl, renderPrometheus } from "./render/prometheus";
export type { OtherHostsFiles, PrometheusFiles } from "./render/prometheus";
export { renderRedis, renderReplicatedRedis } from "./render/redis";
export type { RedisFiles, RedisPasswords } from "./render/redis";
export * from "./render/redis-scripts";
export { renderSentinel, sentinelId } from "./render/sentinel";
export * from "./render/registry-config";
export * from "./resolve";
export { resolveAwsTopology } from "./resolve-aws";
export * from "./resolve-aws-global";
export { overlaps, partOf } from "./resolve-aws-network";
export * from "./resolve-kubernetes";
export { deadMansSwitchName, resolveAlerting } from "./resolve-alerts";
export type { AlertingTopology, AlertSetting, DeadMansSwitchTopology, ReceiverTopology } from "./resolve-alerts";
export * from "./settings";
export * from "./shape";
export * from "./shape-aws";
export * from "./shape-aws-monitoring";
export * from "./shape-aws-global";
export * from "./shape-aws-network";
export * from "./shape-backup";
export * from "./shape-kubernetes-backup";
export * from "./shape-alerts";
export * from "./shape-garbage-collection";
export * from "./shape-kubernetes";
export * from "./shape-kubernetes-balancer";
export * from "./shape-kubernetes-monitoring";
export * from "./shape-load-balancer";
export * from "./shape-monitoring";
export * from "./sizing";
export * from "./topology";
export * from "./topology-aws";
export * from "./topology-aws-global";
export * from "./topology-backup";
export * from "./topology-kubernetes";
export * from "./topology-kubernetes-parts";
export * from "./topology-monitoring";
export { probeUser, wantsProbe } from "./resolve-monitoring";
export { changingParts, checkSettings } from "./render/check-settings";
export type { ChangingParts } from "./render/check-settings";
export * from "./shape-audit";
export * from "./shape-naming";
export * from "./topology-audit";
export { storeDirectory } from "./render/registry-storage";
export { FaultKind } from "./verify/fault";
export type { Fault } from "./verify/fault";
export type { HashedBlobs } from "./verify/hash";
export { PackedTable } from "./verify/packed-table";
export * from "./verify/store-reader";
export { matcher, noProgress, orphanAgeSeconds, verifyStore } from "./verify/verify";
export type { Orphan, Verification, VerifyOptions } from "./verify/verify";
export type { VerifyProgress } from "./verify/walk";
export * from "./cost/compare-cost";
export * from "./cost/prices";
export * from "./cost/resolve-cost";
export * from "./cost/shape-cost";
export { renderCiPolicy, renderCiTrust } from "./render/ecr-ci-policies";
export type { KnownProvider } from "./render/ecr-ci-policies";
export { renderEcrLifecycle } from "./render/ecr-lifecycle";
export * from "./render/ecr-policies";
export { resolveEcrTopology } from "./resolve-ecr";
export { rootPrefix } from "./resolve-ecr-checks";
export * from "./shape-ecr";
export * from "./shape-ecr-ci";
export * from "./topology-ecr";
