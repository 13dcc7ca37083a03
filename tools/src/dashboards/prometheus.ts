/** A line of a panel. */
export interface Line {
  /** What it is called. */
  legend: string;
  /** Its points: time in seconds, value. */
  points: [time: number, value: number][];
}

/** What of time is shown. */
export interface TimeRange {
  /** First moment, seconds since 1970. */
  from: number;
  /** Last moment. */
  to: number;
}

/** Seconds between two points of a line: a point that is further from the one before comes after a gap. */
export function stepOf({ from, to }: TimeRange): number {
  return Math.max(Math.ceil((to - from) / 300), 1);
}

interface Result {
  metric: Record<string, string>;
  values: [number, string][];
}

/** The Prometheus that is asked. */
export class Prometheus {
  /** @param url As `http://10.0.0.1:9090`. */
  constructor(private readonly url: string) {}

  /**
   * Asks what a query has been over time.
   *
   * @param legend Template of the names of lines, as Grafana's: `{{instance}}` stands for a label.
   * @throws {Error} with Prometheus' words when it refuses.
   */
  async lines(query: string, legend: string, range: TimeRange): Promise<Line[]> {
    const parameters = new URLSearchParams({ query, start: String(range.from), end: String(range.to), step: String(stepOf(range)) });
    const answer = await fetch(`${this.url}/api/v1/query_range?${parameters.toString()}`);
    const { status, error, data } = (await answer.json()) as { status: string; error?: string; data?: { result: Result[] } };
    if (status !== "success" || data === undefined) throw new Error(`${query}: ${error ?? answer.statusText}`);
    return data.result.map(({ metric, values }) => ({
      legend: legend.replaceAll(/\{\{\s*(\w+)\s*\}\}/g, (_, label: string) => metric[label] ?? ""),
      points: values.map(([time, value]): [number, number] => [time, Number(value)]).filter(([, value]) => Number.isFinite(value)),
    }));
  }
}
