const suffixes: Readonly<Record<string, string>> = { percent: " %", d: " d", h: " h", s: " s", reqps: " /s", short: "", none: "" };
const binary = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

/** A value for people, in one of Grafana's units. */
export function formatValue(value: number, unit = "none"): string {
  if (unit === "bytes" || unit === "Bps") return `${formatBytes(value)}${unit === "Bps" ? "/s" : ""}`;
  if (unit === "s" && value !== 0 && Math.abs(value) < 1) return `${short(value * 1000)} ms`;
  return `${short(value)}${suffixes[unit] ?? ""}`;
}

function formatBytes(value: number): string {
  const power = value === 0 ? 0 : Math.min(Math.max(Math.floor(Math.log2(Math.abs(value)) / 10), 0), binary.length - 1);
  return `${short(value / 1024 ** power)} ${binary[power] ?? ""}`;
}

/** Three figures, as far as there are any behind the point. */
function short(value: number): string {
  const size = Math.abs(value);
  if (size >= 10_000) return `${Number((value / 1000).toPrecision(3))} k`;
  return String(size >= 100 ? Math.round(value) : Number(value.toPrecision(3)));
}
