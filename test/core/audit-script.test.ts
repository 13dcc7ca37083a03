import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import { renderAuditScript, resolveTopology } from "ha-registry-core";
import { followChain, verifyFile } from "ha-registry/dist/cli/audit-chain";

/**
 * The collector's script itself, with this machine's shell and tools, in directories of its own; the image's are tried by test/engine/audit. What HAProxy
 * does with its end of the buffer is not proved here.
 */
describe("the script that keeps the audit log", () => {
  let directory: string;
  let collector: ChildProcess | undefined;
  beforeEach(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), "audit-script-"));
    for (const name of ["log", "buffer", "tmp"]) await mkdir(path.join(directory, name));
  });
  afterEach(async () => {
    await end("SIGKILL");
    await rm(directory, { recursive: true, force: true });
  });

  it("has each event once, whatever it is killed in, and whatever HAProxy starts anew", async () => {
    const expected: string[] = [];
    await start();
    for (let round = 1; round <= 6; round++) {
      // Each round is a start of HAProxy's, with a file of its own.
      for (let count = 1; count <= 10; count++) {
        const event = `{"id": "${round}-${count}", "agent": "caf\u00e9"}`;
        expected.push(event);
        await appendFile(path.join(directory, "buffer", `demo-haproxy-1.${round}.u.jsonl`), `${event}\n`);
        await sleep(round * 7);
      }
      await appendFile(path.join(directory, "buffer", `demo-haproxy-1.${round}.u.jsonl`), "Proxy clients stopped\n");
      await end("SIGKILL");
      await start();
    }
    await untilTrue(async () => (await events()).length >= expected.length);
    assert.deepEqual((await events()).sort(), expected.sort());
    // What was read to its end, and is over, takes no memory.
    await untilTrue(async () => (await readdir(path.join(directory, "buffer"))).length === 1);
    assert.deepEqual(await verify(), []);
  });

  it("waits for the end of a line", async () => {
    const buffer = path.join(directory, "buffer", "demo-haproxy-1.1.u.jsonl");
    await start();
    await writeFile(buffer, '{"id": "1"}\n{"id": ');
    await untilTrue(async () => (await events()).length === 1);
    await appendFile(buffer, '"2"}\n');
    await untilTrue(async () => (await events()).length === 2);
    assert.deepEqual(await events(), ['{"id": "1"}', '{"id": "2"}']);
  });

  it("gives memory back, and goes on in another file when one is large", async () => {
    const buffer = path.join(directory, "buffer", "demo-haproxy-1.1.u.jsonl");
    const count = 30_000;
    await start({ maxFileMiB: 1 });
    const lines = (from: number, to: number): string =>
      Array.from({ length: to - from }, (_, index) => `{"id": "${from + index}", "agent": "${"x".repeat(70)}"}\n`).join("");
    for (let from = 0; from < count; from += 10_000) {
      await appendFile(buffer, lines(from, from + 10_000));
      await untilTrue(async () => (await events()).length === from + 10_000);
    }
    assert.ok((await readdir(path.join(directory, "log", "events"))).length >= 2);
    const { size, blocks } = await stat(buffer);
    assert.ok(blocks * 512 < size / 2, `${blocks} blocks of a file of ${size} bytes`);
    assert.deepEqual(await verify(), []);
  });

  it("says once when the buffer was full", async () => {
    const buffer = path.join(directory, "buffer", "demo-haproxy-1.1.u.jsonl");
    await start({}, 1000);
    for (const count of [1000, 2000]) {
      await appendFile(buffer, `{"id": "${"x".repeat(1000)}"}\n`.repeat(1000));
      await untilTrue(async () => (await events()).filter((line) => line.includes('"x')).length === count);
    }
    const own = (await events()).map((line) => JSON.parse(line) as { action?: string }).filter(({ action }) => action !== undefined);
    assert.deepEqual(
      own.map(({ action }) => action),
      ["buffer-full"],
    );
    assert.deepEqual(await verify(), []);
  });

  it("removes and compresses what is old enough, and the chain says so", async () => {
    const old = await pastDays(["2020-01-01", "2020-01-02"]);
    await start({ keepDays: 200 });
    await writeFile(path.join(directory, "buffer", "demo-haproxy-1.1.u.jsonl"), '{"id": "new"}\n');
    await untilTrue(async () => (await events()).includes('{"id": "new"}'));
    await touch("tidy");
    assert.deepEqual(
      (await readdir(path.join(directory, "log", "events"))).filter((name) => name.startsWith("2020")),
      [],
    );
    assert.equal(old, 2);
    assert.deepEqual(await verify(), []);

    await end("SIGTERM");
    await start({ keepDays: 36_500 });
    await pastDays(["2020-01-03"]);
    await touch("tidy");
    const compressed = await readFile(path.join(directory, "log", "events", "2020-01-03.0001.jsonl.gz"));
    assert.equal(gunzipSync(compressed).toString("utf8"), '{"id": "2020-01-03"}\n');
  });

  it("leaves a file that was cut as it is, and goes on in another", async () => {
    const buffer = path.join(directory, "buffer", "demo-haproxy-1.1.u.jsonl");
    await start();
    await writeFile(buffer, '{"id": "1"}\n');
    await untilTrue(async () => (await events()).length === 1);
    await touch("seal");
    const [first = ""] = await readdir(path.join(directory, "log", "events"));
    await writeFile(path.join(directory, "log", "events", first), '{"id"');
    await appendFile(buffer, '{"id": "2"}\n');
    await untilTrue(async () => (await events()).includes('{"id": "2"}'));
    assert.deepEqual(await verify(), [{ file: `events/${first}`, from: 5, to: 12, message: "was cut off" }]);
  });

  /** Events and seals of days that are long over, as the script would have left them; returns how many seals there are. */
  async function pastDays(days: readonly string[]): Promise<number> {
    const log = path.join(directory, "log");
    for (const name of ["events", "seals"]) await mkdir(path.join(log, name), { recursive: true });
    const earlier = (await readdir(path.join(log, "seals"))).length;
    let previous = "0".repeat(64);
    let number = 0;
    for (const day of days) {
      const event = `{"id": "${day}"}\n`;
      await writeFile(path.join(log, "events", `${day}.0001.jsonl`), event);
      if (earlier > 0) continue;
      number += 1;
      const seal = {
        time: day,
        host: "",
        seal: number,
        file: `${day}.0001.jsonl`,
        from: 0,
        to: event.length,
        sha256: digest(event),
        previous,
      };
      const line = `${JSON.stringify(seal)}\n`;
      await writeFile(path.join(log, "seals", `${day}.jsonl`), line);
      previous = digest(line);
    }
    return number;
  }

  async function start(audit: { keepDays?: number; maxFileMiB?: number } = {}, fullBlocks = 63 * 2048): Promise<void> {
    const { audit: topology } = resolveTopology("demo", { audit });
    const [own] = topology?.collectors ?? [];
    assert.ok(topology && own);
    const script = renderAuditScript(topology, own)
      .replaceAll("/tmp/", `${directory}/tmp/`)
      .replace("log=/audit", `log=${directory}/log`)
      .replace("buffer=/buffer", `buffer=${directory}/buffer`);
    assert.ok(script.includes("-lt 129024 "));
    await writeFile(path.join(directory, "audit.sh"), script.replace("-lt 129024 ", `-lt ${fullBlocks} `));
    // In a process group of its own: in a container, too, all of its processes end at once.
    collector = spawn("sh", [path.join(directory, "audit.sh")], { stdio: ["ignore", "ignore", "inherit"], detached: true });
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    const running = collector;
    collector = undefined;
    if (running?.pid === undefined || running.exitCode !== null || running.signalCode !== null) return;
    const ended = new Promise((resolve) => running.once("exit", resolve));
    if (signal === "SIGKILL") process.kill(-running.pid, signal);
    else running.kill(signal);
    await ended;
  }

  /** Has the script do what it else does from time to time, and waits until it has. */
  async function touch(name: "seal" | "tidy"): Promise<void> {
    await writeFile(path.join(directory, "tmp", name), "");
    await untilTrue(async () => !(await readdir(path.join(directory, "tmp"))).includes(name));
  }

  async function events(): Promise<string[]> {
    const names = (await readdir(path.join(directory, "log", "events")).catch(() => [])).filter((name) => name.endsWith(".jsonl"));
    const texts = await Promise.all(names.sort().map((name) => readFile(path.join(directory, "log", "events", name), "utf8")));
    return texts.flatMap((text) => text.split("\n").filter((line) => line !== ""));
  }

  async function verify(): Promise<unknown[]> {
    await touch("seal");
    const log = path.join(directory, "log");
    const seals = (await readdir(path.join(log, "seals"))).sort();
    const { segments, findings } = followChain(
      await Promise.all(seals.map(async (name) => ({ name, text: await readFile(path.join(log, "seals", name), "utf8") }))),
    );
    const files = (await readdir(path.join(log, "events"))).sort();
    for (const name of files) {
      const content = await readFile(path.join(log, "events", name));
      findings.push(...(await verifyFile(name, segments.get(name) ?? [], once(content), name === files.at(-1))));
    }
    return findings;
  }
});

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

async function* once(content: Buffer): AsyncGenerator<Buffer> {
  yield await Promise.resolve(content);
}

async function untilTrue(condition: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 120_000; Date.now() < end;) {
    if (await condition()) return;
    await sleep(50);
  }
  throw new Error("still not");
}
