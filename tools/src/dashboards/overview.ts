import { backends, certificateDays, failedPercent, lastSuccess, manifestSeconds, usedPercent } from "ha-registry-core";
import { daysToFull } from "./operations";
import { dashboard, figure, lines, states } from "./panels";
import type { Dashboard } from "./panels";
import { requestRate } from "./traffic";

const age = (metric: string): string => `(time() - max(${metric} > 0)) / 3600`;

/** Is all well? */
export function overview(): Dashboard {
  const share = { warning: 99.9, critical: 95 };
  return dashboard("ha-registry-overview", "Registry: overview", "Whether the registry does what it should, in one look.")
    .withPanel(
      figure("Synthetic probe", "none", 'min(ha_registry_probe_success{job="probe"})', {
        words: { "0": { text: "fails", color: "red" }, "1": { text: "works", color: "green" } },
      }),
    )
    .withPanel(figure("Pulls that succeed", "percent", `100 - ${failedPercent(backends.pulls)}`, { limits: share }))
    .withPanel(figure("Pushes that succeed", "percent", `100 - ${failedPercent(backends.pushes)}`, { limits: share }))
    .withPanel(figure("P95 of manifests", "s", manifestSeconds(0.95), { limits: { warning: 0.5, critical: 1 } }))
    .withPanel(figure("Nodes that answer", "none", 'sum(up{job="registry"})', { limits: { warning: 2, critical: 1 } }))
    .withPanel(figure("HAProxys that answer", "none", 'sum(up{job="haproxy"})', { limits: { warning: 2, critical: 1 } }))
    .withPanel(figure("Store in use", "percent", `max(${usedPercent})`, { limits: { warning: 85, critical: 90 } }))
    .withPanel(
      figure("Days until full", "d", `min(${daysToFull})`, {
        limits: { warning: 60, critical: 14 },
        description: "By how it grew in the last day; – where it does not grow.",
      }),
    )
    .withPanel(figure("Certificates, days left", "d", `min(${certificateDays})`, { limits: { warning: 21, critical: 7 } }))
    .withPanel(figure("Age of last backup", "h", age(lastSuccess.backup), { limits: { warning: 26, critical: 36 } }))
    .withPanel(figure("Age of last collection", "h", age(lastSuccess.collection), { limits: { warning: 26, critical: 50 } }))
    .withPanel(
      figure("Alerts now", "none", 'count(ALERTS{alertstate="firing",alertname!="Watchdog"}) or vector(0)', {
        limits: { warning: 1, critical: 3 },
      }),
    )
    .withPanel(
      lines(
        "Requests",
        "reqps",
        { Pulls: requestRate(backends.pulls), Pushes: requestRate(backends.pushes) },
        { description: "What the balancers take." },
      ),
    )
    .withPanel(
      states(
        "Alerts over time",
        { "{{alertname}} ({{severity}})": 'count by (alertname, severity) (ALERTS{alertstate="firing",alertname!="Watchdog"})' },
        { description: "Which alerts there were, and how many of each." },
      ),
    );
}
