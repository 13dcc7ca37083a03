import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { describe, it } from "node:test";
import { examplePath, renderPages } from "ha-registry-tools/dist/docs/pages";

// What readers are told is what the sources say. Not proved here: that the example compiles (test/engine/package.test.ts).

const repository = resolve(__dirname, "../../..");
const read = (path: string): string => readFileSync(join(repository, path), "utf8");

describe("pages that follow from sources", () => {
  for (const [path, text] of Object.entries(renderPages(repository))) {
    it(`${path} is current`, () => {
      assert.ok(read(path) === text, `${path} is out of date: run node tools/dist/docs/main.js`);
    });
  }

  it("the README shows the example as it stands in examples/, in 20 lines at the most", () => {
    const [, shown = ""] = /```ts\n(.*?)```/s.exec(read("README.md")) ?? [];
    assert.equal(shown, read(examplePath));
    assert.ok(shown.trimEnd().split("\n").length <= 20, "the example has more than 20 lines");
  });

  it("lists every argument once, with a default or as required", () => {
    const rows = read("docs/arguments.md")
      .split("\n")
      .filter((line) => line.startsWith("| `"));
    assert.ok(rows.length > 90, `only ${rows.length} arguments are listed`);
    for (const row of rows) {
      const cells = row.split(/(?<!\\)\|/).map((cell) => cell.trim());
      assert.equal(cells.length, 6, row);
      assert.ok(
        cells.slice(1, 5).every((cell) => cell !== ""),
        row,
      );
    }
  });
});

describe("links between pages", () => {
  for (const page of [
    "README.md",
    "AGENTS.md",
    "CHANGELOG.md",
    "docs/arguments.md",
    "docs/arguments-kubernetes.md",
    "docs/arguments-aws.md",
    "docs/arguments-aws-global.md",
    "docs/arguments-ecr.md",
    "docs/policies.md",
    "tools/images/README.md",
  ]) {
    it(`${page} links to what exists`, () => {
      const targets = [...read(page).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, target = ""]) => target);
      for (const target of targets) {
        const [path = "", fragment] = target.split("#");
        const file = path === "" ? page : join(dirname(page), path);
        assert.ok(existsSync(join(repository, file)), `${page} links to ${target}`);
        if (fragment !== undefined) assert.ok(anchors(read(file)).includes(fragment), `${page} links to ${target}`);
      }
    });
  }
});

describe("licence", () => {
  it("every published package carries it", () => {
    for (const directory of [
      "components/core",
      "components/docker",
      "components/aws",
      "policy/common",
      "policy/docker",
      "policy/kubernetes",
      "policy/aws",
    ])
      assert.equal(read(`${directory}/LICENSE`), read("LICENSE"));
  });
});

/** The fragments of a page's headings, as Markdown viewers make them, and those that it names itself. */
function anchors(text: string): string[] {
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replace(/\s/g, "-"),
  );
  return [...headings, ...[...text.matchAll(/<a id="([^"]+)">/g)].map(([, id = ""]) => id)];
}
