import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { drawDashboard } from "ha-registry-tools/dist/dashboards/draw";
import type { DrawnPanel } from "ha-registry-tools/dist/dashboards/draw";
import { formatValue } from "ha-registry-tools/dist/dashboards/format";
import type { Line } from "ha-registry-tools/dist/dashboards/prometheus";

// Pictures of dashboards for documents. Not proved here: that they are pleasant to look at.

/** Ten minutes, so a point every two seconds. */
const range = { from: 1_800_000_000, to: 1_800_000_600 };

function points(...values: readonly (number | undefined)[]): Line["points"] {
  return values.flatMap((value, index): Line["points"] => (value === undefined ? [] : [[range.from + 2 * index, value]]));
}

function draw(type: string, lines: readonly Line[], defaults: DrawnPanel["fieldConfig"]["defaults"] = {}): string {
  const panel = { type, title: "Sizes < 1 & more", gridPos: { x: 0, y: 0, w: 12, h: 8 }, fieldConfig: { defaults } };
  return drawDashboard("Demo", [{ panel, lines }], range);
}

function count(text: string, part: string): number {
  return text.split(part).length - 1;
}

describe("pictures of dashboards", () => {
  it("draw a line in pieces where there was nothing between, and escape what XML would take for its own", () => {
    const picture = draw("timeseries", [{ legend: "a", points: points(1, 2, undefined, 3, 4, undefined, undefined, 5, 6) }]);
    assert.equal(count(picture, "<polyline"), 3);
    assert.match(picture, />Sizes &lt; 1 &amp; more</);
  });

  it("draw one bar for as long as a state stays, with its word", () => {
    const words = { mappings: [{ options: { "0": { text: "out", color: "red" }, "1": { text: "in use", color: "green" } } }] };
    const states = [
      ...Array.from({ length: 100 }, () => 1),
      ...Array.from({ length: 100 }, () => 0),
      ...Array.from({ length: 100 }, () => 1),
    ];
    const picture = draw("state-timeline", [{ legend: "node-1", points: points(...states) }], words);
    assert.deepEqual([count(picture, ">in use<"), count(picture, ">out<")], [2, 1]);
  });

  it("draw the latest figure in the colour of its threshold", () => {
    const limits = {
      unit: "percent",
      thresholds: {
        steps: [
          { value: null, color: "green" },
          { value: 85, color: "yellow" },
          { value: 90, color: "red" },
        ],
      },
    };
    const figure = (...values: number[]): string => draw("stat", [{ legend: "a", points: points(...values) }], limits);
    assert.match(figure(99, 12), /fill="#37872d">12 %</);
    assert.match(figure(12, 85), /fill="#b58900">85 %</);
    assert.match(figure(12, 99.44), /fill="#c4162a">99\.4 %</);
  });

  it("say so where there is nothing", () => {
    for (const type of ["timeseries", "state-timeline"]) assert.match(draw(type, []), />no data</);
    assert.match(draw("stat", []), />–</);
  });
});

describe("formatValue", () => {
  const cases: [value: number, unit: string | undefined, text: string][] = [
    [0, "bytes", "0 B"],
    [1536, "bytes", "1.5 KiB"],
    [-3 * 2 ** 30, "bytes", "-3 GiB"],
    [2 ** 20, "Bps", "1 MiB/s"],
    [0.0834, "s", "83.4 ms"],
    [2.5, "s", "2.5 s"],
    [0, "s", "0 s"],
    [123_456, "reqps", "123 k /s"],
    [1234.5, undefined, "1235"],
  ];
  for (const [value, unit, text] of cases) {
    it(`writes ${value} ${unit ?? "without a unit"} as ${text}`, () => {
      assert.equal(formatValue(value, unit), text);
    });
  }
});
