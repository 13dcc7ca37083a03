import { hostPort } from "../placement";
import type { MonitoringTopology } from "../topology-monitoring";
import { stringifyYaml } from "./yaml";

/** Where Grafana's image has what it starts with. */
const entryPoint = "/run.sh";

/** Where the start script puts what Grafana looks for in directories of its own. */
export const grafanaProvisioning = "/tmp/provisioning";

/** Name under which dashboards find Prometheus. */
export const grafanaDataSource = "prometheus";

/** Where Grafana finds Prometheus. */
export function renderGrafanaDataSource({ prometheus, scrapeIntervalSeconds }: MonitoringTopology): string {
  return stringifyYaml({
    apiVersion: 1,
    datasources: [
      {
        name: "Prometheus",
        uid: grafanaDataSource,
        type: "prometheus",
        access: "proxy",
        url: `http://${hostPort(prometheus)}`,
        isDefault: true,
        editable: false,
        jsonData: { timeInterval: `${scrapeIntervalSeconds}s` },
      },
    ],
  });
}

/** Where Grafana finds dashboards. */
export function renderGrafanaProvider(): string {
  return stringifyYaml({
    apiVersion: 1,
    providers: [
      {
        name: "ha-registry",
        type: "file",
        disableDeletion: true,
        allowUiUpdates: false,
        options: { path: `${grafanaProvisioning}/json` },
      },
    ],
  });
}

/** The shell script that starts Grafana: `<file of data sources> <file of providers> <dashboards…>`. */
export function renderGrafanaScript(): string {
  return `#!/bin/sh
set -e
mkdir -p ${["datasources", "dashboards", "plugins", "alerting", "json"].map((directory) => `${grafanaProvisioning}/${directory}`).join(" ")}
cp "$1" ${grafanaProvisioning}/datasources/
cp "$2" ${grafanaProvisioning}/dashboards/
shift 2
[ $# = 0 ] || cp "$@" ${grafanaProvisioning}/json/
exec ${entryPoint}
`;
}

/** Grafana's environment: whoever reaches it looks, nobody logs in, and nothing is kept or told to anybody. */
export function renderGrafanaEnvironment(): Record<string, string> {
  return {
    GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: "false",
    GF_ANALYTICS_CHECK_FOR_UPDATES: "false",
    GF_ANALYTICS_REPORTING_ENABLED: "false",
    GF_AUTH_ANONYMOUS_ENABLED: "true",
    GF_AUTH_ANONYMOUS_ORG_ROLE: "Viewer",
    GF_AUTH_DISABLE_LOGIN_FORM: "true",
    GF_PATHS_PROVISIONING: grafanaProvisioning,
    GF_PLUGINS_PREINSTALL_DISABLED: "true",
    GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION: "true",
  };
}
