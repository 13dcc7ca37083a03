import {
  BigValueGraphMode,
  GraphDrawStyle,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  VizLegendOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import {
  DashboardBuilder,
  DashboardCursorSync,
  DatasourceVariableBuilder,
  MappingType,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from "@grafana/grafana-foundation-sdk/dashboard";
import type { Threshold, ValueMapping } from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as StatPanel } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as StateTimelinePanel } from "@grafana/grafana-foundation-sdk/statetimeline";
import { PanelBuilder as TimeseriesPanel } from "@grafana/grafana-foundation-sdk/timeseries";

/** Grafana's names of units. */
export type Unit = "bytes" | "Bps" | "d" | "h" | "none" | "percent" | "reqps" | "s" | "short";

/** A query, by what its lines are called in the legend. */
export type Queries = Readonly<Record<string, string>>;

/** What a panel may have beside title, unit and queries. */
export interface PanelOptions {
  /** What it is about, for who points at it. */
  description?: string;
  /** Width, of 24. @default 12 for lines, 4 for figures */
  width?: number;
  /** From where on figures are yellow, and from where on red; the other way round where less is worse. @default - never */
  limits?: { warning: number; critical: number };
  /** Words for values. @default - none */
  words?: Readonly<Record<string, { text: string; color: string }>>;
  /** Lowest and highest value of the axis. @default - as they come, from 0 */
  range?: { from: number; to: number };
  /** Whether values may be below 0. @default false */
  signed?: boolean;
}

/** The data source that is chosen on the dashboard. */
const datasource = { type: "prometheus", uid: "${datasource}" };

/** A dashboard that is being built. */
export type Dashboard = ReturnType<typeof dashboard>;

/** An empty dashboard: of the last day, refreshed each minute, of the data source that is chosen. */
export function dashboard(uid: string, title: string, description: string) {
  // The successor of this schema is unknown to older Grafanas; this one is known to all.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  return new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags(["ha-registry"])
    .timezone("browser")
    .time({ from: "now-24h", to: "now" })
    .refresh("1m")
    .readonly()
    .tooltip(DashboardCursorSync.Crosshair)
    .withVariable(new DatasourceVariableBuilder("datasource").label("Data source").type("prometheus"));
}

/** Lines over time. */
export function lines(
  title: string,
  unit: Unit,
  queries: Queries,
  { description, width = 12, range, signed = false }: PanelOptions = {},
): TimeseriesPanel {
  const panel = new TimeseriesPanel()
    .title(title)
    .datasource(datasource)
    .span(width)
    .height(8)
    .unit(unit)
    .drawStyle(GraphDrawStyle.Line)
    .lineWidth(1)
    .fillOpacity(10)
    .legend(new VizLegendOptionsBuilder().showLegend(true).displayMode(LegendDisplayMode.List).placement(LegendPlacement.Bottom));
  if (!signed) panel.min(range?.from ?? 0);
  if (range !== undefined) panel.max(range.to);
  if (description !== undefined) panel.description(description);
  for (const [index, [legend, query]] of Object.entries(queries).entries()) panel.withTarget(target(index, legend, query).range());
  return panel;
}

/** One figure: the latest. */
export function figure(title: string, unit: Unit, query: string, { description, width = 4, limits, words }: PanelOptions = {}): StatPanel {
  const panel = new StatPanel()
    .title(title)
    .datasource(datasource)
    .span(width)
    .height(4)
    .unit(unit)
    .decimals(unit === "none" ? 0 : 1)
    .noValue("–")
    .graphMode(BigValueGraphMode.None)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(["lastNotNull"]))
    .thresholds(new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(stepsOf(limits)))
    .mappings(mappingsOf(words))
    .withTarget(target(0, title, query).instant());
  if (description !== undefined) panel.description(description);
  return panel;
}

/** States over time, one line for each. */
export function states(title: string, queries: Queries, { description, width = 12, words }: PanelOptions = {}): StateTimelinePanel {
  const panel = new StateTimelinePanel()
    .title(title)
    .datasource(datasource)
    .span(width)
    .height(8)
    .mergeValues(true)
    .mappings(mappingsOf(words));
  if (description !== undefined) panel.description(description);
  for (const [index, [legend, query]] of Object.entries(queries).entries()) panel.withTarget(target(index, legend, query).range());
  return panel;
}

function target(index: number, legend: string, query: string): DataqueryBuilder {
  return new DataqueryBuilder()
    .refId(String.fromCharCode("A".charCodeAt(0) + index))
    .datasource(datasource)
    .expr(query)
    .legendFormat(legend);
}

function stepsOf(limits: PanelOptions["limits"]): Threshold[] {
  // Null stands for minus infinity.
  if (limits === undefined) return [{ value: null, color: "green" }];
  const { warning, critical } = limits;
  const rising = critical > warning;
  return rising
    ? [
        { value: null, color: "green" },
        { value: warning, color: "yellow" },
        { value: critical, color: "red" },
      ]
    : [
        { value: null, color: "red" },
        { value: critical, color: "yellow" },
        { value: warning, color: "green" },
      ];
}

function mappingsOf(words: PanelOptions["words"] = {}): ValueMapping[] {
  return Object.keys(words).length === 0 ? [] : [{ type: MappingType.ValueToText, options: { ...words } }];
}
