import { formatValue } from "./format";
import { stepOf, type Line, type TimeRange } from "./prometheus";

/** A panel, as Grafana's JSON has it: what of it is drawn. */
export interface DrawnPanel {
  type: string;
  title: string;
  gridPos: { x: number; y: number; w: number; h: number };
  fieldConfig: {
    defaults: {
      unit?: string;
      min?: number;
      max?: number;
      mappings?: { options: Record<string, { text?: string; color?: string }> }[];
      thresholds?: { steps: { value: number | null; color: string }[] };
    };
  };
}

/** A box of the picture, pixels. */
interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

const colors = ["#3274d9", "#e0752d", "#37872d", "#a352cc", "#c4162a", "#0f9ba8", "#8a6d00", "#d683ce"];
const named: Readonly<Record<string, string>> = { green: "#37872d", yellow: "#b58900", red: "#c4162a", blue: "#3274d9" };

/** Pixels of one column and one row of Grafana's grid. */
const column = 50;
const row = 30;

/** The picture of a dashboard. */
export function drawDashboard(title: string, panels: readonly { panel: DrawnPanel; lines: readonly Line[] }[], range: TimeRange): string {
  const top = 50;
  const height = top + row * Math.max(...panels.map(({ panel: { gridPos } }) => gridPos.y + gridPos.h)) + 10;
  const width = 24 * column;
  const drawn = panels.map(({ panel, lines }) => drawPanel(panel, lines, range, top));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif">`,
    `<rect width="${width}" height="${height}" fill="#f4f5f5"/>`,
    text(16, 32, title, { size: 20, weight: "bold" }),
    text(width - 16, 32, `${day(range.from)} – ${day(range.to)} UTC`, { anchor: "end", fill: "#666" }),
    ...drawn,
    "</svg>",
    "",
  ].join("\n");
}

function drawPanel(panel: DrawnPanel, lines: readonly Line[], range: TimeRange, top: number): string {
  const { x, y, w, h } = panel.gridPos;
  const box = { x: x * column + 4, y: top + y * row + 4, width: w * column - 8, height: h * row - 8 };
  const draw = panel.type === "stat" ? drawFigure : panel.type === "state-timeline" ? drawStates : drawLines;
  return [
    `<rect x="${box.x}" y="${box.y}" width="${box.width}" height="${box.height}" rx="3" fill="#fff" stroke="#ddd"/>`,
    text(box.x + 10, box.y + 20, panel.title, { size: 13, weight: "bold" }),
    draw(panel, lines, range, { x: box.x + 10, y: box.y + 30, width: box.width - 20, height: box.height - 40 }),
  ].join("\n");
}

/** The latest figure, in the colour of its threshold. */
function drawFigure({ fieldConfig: { defaults } }: DrawnPanel, lines: readonly Line[], _: TimeRange, box: Box): string {
  const value = lines[0]?.points.at(-1)?.[1];
  const mapped = value === undefined ? undefined : defaults.mappings?.[0]?.options[String(value)];
  const step = defaults.thresholds?.steps.filter((each) => each.value === null || (value !== undefined && value >= each.value)).at(-1);
  const fill = value === undefined ? "#999" : (named[mapped?.color ?? step?.color ?? ""] ?? "#333");
  const shown = value === undefined ? "–" : (mapped?.text ?? formatValue(value, defaults.unit));
  return text(box.x + box.width / 2, box.y + box.height / 2 + 14, shown, { size: 30, anchor: "middle", fill });
}

/** A bar for each line, in pieces of one state. */
function drawStates({ fieldConfig: { defaults } }: DrawnPanel, lines: readonly Line[], range: TimeRange, box: Box): string {
  if (lines.length === 0) return nothing(box);
  const labels = Math.min(260, box.width / 3);
  const height = Math.min(26, (box.height - 20) / lines.length);
  const plot = { x: box.x + labels, y: box.y, width: box.width - labels, height: box.height - 20 };
  const bars = lines.flatMap(({ legend, points }, index) => {
    const y = box.y + index * height;
    const pieces = piecesOf(points, range, (last, next) => last === next).flatMap((piece) => {
      const value = piece[0]?.[1] ?? 0;
      const left = across(piece[0]?.[0] ?? range.from, range, plot);
      const right = across(Math.min((piece.at(-1)?.[0] ?? range.to) + stepOf(range), range.to), range, plot);
      const { color = value > 0 ? "red" : "green", text: said = String(value) } = defaults.mappings?.[0]?.options[String(value)] ?? {};
      const fits = right - left > said.length * 6 + 8;
      return [
        `<rect x="${round(left)}" y="${y}" width="${round(right - left)}" height="${round(height - 4)}" fill="${named[color] ?? "#999"}"/>`,
        ...(fits ? [text(round((left + right) / 2), round(y + height / 2 + 2), said, { size: 10, anchor: "middle", fill: "#fff" })] : []),
      ];
    });
    return [text(box.x, y + height / 2 + 3, legend, { size: 11 }), ...pieces];
  });
  return [...bars, timeAxis(range, plot)].join("\n");
}

function drawLines({ fieldConfig: { defaults } }: DrawnPanel, lines: readonly Line[], range: TimeRange, box: Box): string {
  const values = lines.flatMap(({ points }) => points.map(([, value]) => value));
  if (values.length === 0) return nothing(box);
  const low = defaults.min ?? Math.min(0, ...values);
  const highest = defaults.max ?? Math.max(...values) * 1.05;
  const high = highest > low ? highest : low + 1;
  const plot = { x: box.x + 60, y: box.y, width: box.width - 60, height: box.height - 40 };
  const down = (value: number): number => plot.y + plot.height * (1 - (Math.min(Math.max(value, low), high) - low) / (high - low));
  const grid = [0, 0.25, 0.5, 0.75, 1].flatMap((part) => {
    const value = low + part * (high - low);
    const y = round(down(value));
    return [
      `<line x1="${plot.x}" x2="${plot.x + plot.width}" y1="${y}" y2="${y}" stroke="#eee"/>`,
      text(plot.x - 6, y + 4, formatValue(value, defaults.unit), { size: 10, anchor: "end", fill: "#666" }),
    ];
  });
  const curves = lines.flatMap(({ points }, index) =>
    piecesOf(points, range, () => true).map((piece) => {
      const path = piece.map(([time, value]) => `${round(across(time, range, plot))},${round(down(value))}`).join(" ");
      return `<polyline points="${path}" fill="none" stroke="${colors[index % colors.length] ?? ""}" stroke-width="1.5"/>`;
    }),
  );
  return [...grid, ...curves, timeAxis(range, plot), legends(lines, box)].join("\n");
}

/** The points in pieces that have no gap, of values that belong together. */
function piecesOf(points: Line["points"], range: TimeRange, together: (last: number, next: number) => boolean): Line["points"][] {
  const pieces: Line["points"][] = [];
  for (const point of points) {
    const piece = pieces.at(-1);
    const last = piece?.at(-1);
    if (piece !== undefined && last !== undefined && point[0] - last[0] <= stepOf(range) && together(last[1], point[1])) piece.push(point);
    else pieces.push([point]);
  }
  return pieces;
}

/** What fits below the plot. */
function legends(lines: readonly Line[], box: Box): string {
  let x = box.x;
  const shown: string[] = [];
  for (const [index, { legend }] of lines.entries()) {
    const width = legend.length * 6.2 + 26;
    if (x + width > box.x + box.width) break;
    shown.push(`<rect x="${round(x)}" y="${box.y + box.height - 9}" width="12" height="4" fill="${colors[index % colors.length] ?? ""}"/>`);
    shown.push(text(round(x + 16), box.y + box.height - 3, legend, { size: 11, fill: "#444" }));
    x += width;
  }
  return shown.join("\n");
}

function timeAxis(range: TimeRange, plot: Box): string {
  return [0, 0.25, 0.5, 0.75, 1]
    .map((part) => {
      const time = range.from + part * (range.to - range.from);
      const anchor = part === 0 ? "start" : part === 1 ? "end" : "middle";
      return text(round(across(time, range, plot)), plot.y + plot.height + 14, day(time).slice(-5), { size: 10, anchor, fill: "#666" });
    })
    .join("\n");
}

function nothing(box: Box): string {
  return text(box.x + box.width / 2, box.y + box.height / 2, "no data", { anchor: "middle", fill: "#999" });
}

function across(time: number, { from, to }: TimeRange, plot: Box): number {
  return plot.x + (plot.width * (time - from)) / (to - from);
}

function day(time: number): string {
  return new Date(time * 1000).toISOString().slice(0, 16).replace("T", " ");
}

interface TextStyle {
  size?: number;
  weight?: string;
  anchor?: string;
  fill?: string;
}

function text(
  x: number,
  y: number,
  content: string,
  { size = 12, weight = "normal", anchor = "start", fill = "#222" }: TextStyle = {},
): string {
  const escaped = content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text x="${x}" y="${y}" font-size="${size}" font-weight="${weight}" text-anchor="${anchor}" fill="${fill}">${escaped}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
