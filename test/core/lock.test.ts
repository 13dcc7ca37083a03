import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { withLock } from "ha-registry-tools";

const silent = (): void => undefined;

/** Takes the lock, says so, and holds it until its standard input ends. */
const holder = `
  const { withLock } = require(${JSON.stringify(require.resolve("ha-registry-tools"))});
  withLock(process.argv[1], "a test", async () => {
    process.stdout.write("held\\n");
    process.stdin.resume();
    await new Promise((resolve) => process.stdin.once("end", resolve));
  }, () => undefined);
`;

describe("withLock", () => {
  let directory: string;
  let file: string;

  before(() => {
    directory = mkdtempSync(join(tmpdir(), "lock-"));
    file = join(directory, "deep", "test.lock");
  });

  after(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  test("lets one at a time work, gives the result on, and leaves no file", async () => {
    let inside = 0;
    const work = (result: number) => async (): Promise<number> => {
      assert.equal(inside, 0, "two are inside at once");
      inside += 1;
      await new Promise((resolve) => setImmediate(resolve));
      inside -= 1;
      return result;
    };
    const results = await Promise.all([1, 2, 3, 4].map((result) => withLock(file, "a test", work(result), silent)));
    assert.deepEqual(results, [1, 2, 3, 4]);
    assert.ok(!existsSync(file));
  });

  test("is released when the work fails", async () => {
    await assert.rejects(
      withLock(file, "a test", () => Promise.reject(new Error("broken")), silent),
      /broken/,
    );
    assert.equal(await withLock(file, "a test", () => Promise.resolve("next"), silent), "next");
  });

  test("waits for another process and says for which", async () => {
    const other = await startHolder(file);
    const lines: string[] = [];
    let released = false;
    const report = (line: string): void => {
      lines.push(line);
      released = true;
      other.stdin?.end();
    };
    const releasedFirst = await withLock(file, "a test", () => Promise.resolve(released), report);
    assert.ok(releasedFirst, "got in while the other held the lock");
    assert.match(lines[0] ?? "", new RegExp(`process ${other.pid}: a test`));
  });

  test("takes the lock of a killed process over, for one waiter at a time", async () => {
    const other = await startHolder(file);
    other.kill("SIGKILL");
    await once(other, "exit");
    assert.ok(existsSync(file), "the killed process left no lock, so nothing is shown");
    let inside = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setTimeout(resolve, 5));
      inside -= 1;
    };
    await Promise.all(Array.from({ length: 8 }, () => withLock(file, "a test", work, silent)));
    assert.equal(most, 1);
  });

  test("takes a lock over whose pid belongs to a later process by now", async () => {
    const other = await startHolder(file);
    const owner = JSON.parse(readFileSync(file, "utf8")) as object;
    other.kill("SIGKILL");
    await once(other, "exit");
    writeFileSync(file, JSON.stringify({ ...owner, pid: process.pid }));
    assert.equal(await withLock(file, "a test", () => Promise.resolve("ours"), silent), "ours");
  });
});

async function startHolder(file: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, ["-e", holder, file], { stdio: ["pipe", "pipe", "inherit"] });
  await once(child.stdout, "data");
  return child;
}
