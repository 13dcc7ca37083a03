import operations from "../dashboards/ha-registry-operations.json";
import overview from "../dashboards/ha-registry-overview.json";
import traffic from "../dashboards/ha-registry-traffic.json";
import { Problems } from "../errors";
import { resolveAlerting } from "../resolve-alerts";
import { alertQueries } from "./alert-rules";

/** The dashboards that `tools/src/dashboards` builds with Grafana's SDK, which is large and of no use at run time. */
export const dashboards = [overview, traffic, operations];

/** Grafana's dashboards, JSON by file name: the same for every registry, whatever its name. */
export function renderDashboards(): Record<string, string> {
  return Object.fromEntries(dashboards.map((dashboard) => [`${dashboard.uid}.json`, `${JSON.stringify(dashboard)}\n`]));
}

/** A question that a dashboard or an alert rule asks Prometheus. */
export interface MonitoringQuery {
  /** Who asks, as `Registry: traffic / Bytes` or `NodeDown`. */
  where: string;
  /** The question, in PromQL. */
  query: string;
  /** Whether it is that of an alert rule, which has no answer while all is well. */
  isRule: boolean;
  /** The jobs whose metrics it takes, as `registry`, `backup`. */
  jobs: string[];
  /** What it selects, as `up{job="node"}`: each of these has series where there are such jobs. */
  selectors: string[];
}

/** All questions of dashboards and alert rules. */
export function dashboardQueries(): MonitoringQuery[] {
  const ofPanels = dashboards.flatMap(({ title, panels }) =>
    panels.flatMap((panel) => panel.targets.map(({ expr }) => ({ where: `${title} / ${panel.title}`, query: expr, isRule: false }))),
  );
  const { alerts } = resolveAlerting({}, new Problems());
  const ofRules = alertQueries(alerts).map(({ name, query }) => ({ where: name, query, isRule: true }));
  return [...ofPanels, ...ofRules].map((each) => ({ ...each, ...takes(each.query) }));
}

function takes(query: string): Pick<MonitoringQuery, "jobs" | "selectors"> {
  const selectors = [...query.matchAll(/[a-zA-Z_:][\w:]*\{[^}]*\}/g)].map(([selector]) => selector);
  const jobs = selectors.flatMap((selector) => /[{,]job="([^"]+)"/.exec(selector)?.[1] ?? []);
  return { jobs: [...new Set(jobs)].sort(), selectors: [...new Set(selectors)] };
}
