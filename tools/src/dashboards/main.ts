import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { renderDashboards } from "ha-registry-core";
import { drawDashboard, type DrawnPanel } from "./draw";
import { Prometheus, type TimeRange } from "./prometheus";

/** A dashboard, as Grafana's JSON has it: what of it is drawn. */
interface Dashboard {
  uid: string;
  title: string;
  panels: (DrawnPanel & { targets: { expr: string; legendFormat: string }[] })[];
}

/**
 * `node tools/dist/dashboards/main.js <URL of Prometheus> <directory> [hours]` draws each dashboard as Prometheus has it now, of the last
 * hours (1 unless another number is given), to one SVG each. For documents, where there is no Grafana.
 */
async function main([url, directory, hours = "1"]: readonly string[]): Promise<void> {
  if (url === undefined || directory === undefined || !(Number(hours) > 0)) {
    throw new Error("give the URL of Prometheus, a directory and, if it is not 1, how many hours are shown");
  }
  await mkdir(directory, { recursive: true });
  const to = Math.floor(Date.now() / 1000);
  const range = { from: to - Math.round(Number(hours) * 3600), to };
  const prometheus = new Prometheus(url.replace(/\/+$/, ""));
  for (const text of Object.values(renderDashboards())) {
    const dashboard = JSON.parse(text) as Dashboard;
    await writeFile(join(directory, `${dashboard.uid}.svg`), await draw(dashboard, prometheus, range));
  }
}

async function draw({ title, panels }: Dashboard, prometheus: Prometheus, range: TimeRange): Promise<string> {
  const asked = panels.map(async (panel) => {
    const lines = await Promise.all(panel.targets.map(({ expr, legendFormat }) => prometheus.lines(expr, legendFormat, range)));
    return { panel, lines: lines.flat() };
  });
  return drawDashboard(title, await Promise.all(asked), range);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
