import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";

const program = resolve(__dirname, "..", "..", "..", "stacks", "bin", "ha-registry.js");

test("with --json an error is one line of JSON, with the path of what is wrong where it is known", async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "cli-json-"));
  t.after(() => rmSync(directory, { recursive: true }));
  mkdirSync(join(directory, "stacks"));
  writeFileSync(join(directory, "Pulumi.yaml"), "name: ha-registry\nruntime: nodejs\nstackConfigDir: stacks\n");
  writeFileSync(join(directory, "stacks", "Pulumi.prod.yaml"), "config:\n  ha-registry:registry: { nodes: { count: 0 } }\n");
  const cases: [args: string[], message: RegExp, paths: string[]][] = [
    [["bogus", "--json"], /^unknown command 'bogus'/, []],
    [["up", "--json", "--bogus"], /^unknown option '--bogus'/, []],
    [["rotate", "--json"], /^missing required argument 'what'/, []],
    [["status", "nope", "--json"], /there is no environment "nope"/, ["environment"]],
    [["preview", "prod", "--json"], /0 nodes/, ["registry.nodes.count"]],
  ];
  for (const [args, message, paths] of cases) {
    const child = spawn(process.execPath, [program, "-C", directory, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    const ended = once(child, "close") as Promise<[number | null]>;
    const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    assert.deepEqual([code, stdout], [2, ""], args.join(" "));
    const { error } = JSON.parse(stderr) as { error: { message: string; problems: { path: string }[] } };
    assert.match(error.message, message);
    assert.deepEqual(
      error.problems.map(({ path }) => path),
      paths,
    );
  }
});
