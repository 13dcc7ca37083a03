import { createHash } from "node:crypto";
import type { KubernetesTopology } from "../topology-kubernetes";
import { scopedTo } from "./alert-rules-kubernetes";
import { dashboards } from "./dashboards";

/** Jobs of pods that tell of themselves on Kubernetes. */
const jobs = ["registry", "haproxy"];

/** Width of a dashboard, in the unit of its panels. */
const columns = 24;

/** Grafana's dashboards of one registry, JSON by file name: a Grafana may show several. Panels whose metrics nobody has here are left out. */
export function renderKubernetesDashboards(topology: Pick<KubernetesTopology, "name" | "namespace">): Record<string, string> {
  const { name, namespace } = topology;
  const mark = createHash("sha256").update(`${namespace.name}/${name}`).digest("hex").slice(0, 8);
  return Object.fromEntries(
    dashboards.map((dashboard) => {
      const panels = dashboard.panels.flatMap((panel) => {
        const targets = panel.targets
          .filter(({ expr }) => isThere(expr))
          .map((target) => ({ ...target, expr: scopedTo(topology, target.expr) }));
        return targets.length === 0 ? [] : [{ ...panel, targets }];
      });
      const own = { ...dashboard, uid: `${dashboard.uid}-${mark}`, title: `${dashboard.title} (${name})`, panels: inRows(panels) };
      return [`${dashboard.uid}.json`, `${JSON.stringify(own)}\n`];
    }),
  );
}

function isThere(query: string): boolean {
  return [...query.matchAll(/\bjob="([^"]*)"/g)].every(([, job = ""]) => jobs.includes(job));
}

/** Panels one after the other, each where there is room in the row. */
function inRows<Panel extends { gridPos: { w: number; h: number; x: number; y: number } }>(panels: readonly Panel[]): Panel[] {
  let [x, y, height] = [0, 0, 0];
  return panels.map((panel) => {
    const { w, h } = panel.gridPos;
    if (x + w > columns) [x, y, height] = [0, y + height, 0];
    const gridPos = { ...panel.gridPos, x, y };
    [x, height] = [x + w, Math.max(height, h)];
    return { ...panel, gridPos };
  });
}
