import { spawn } from "node:child_process";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { lastLines } from "../command";

/** How long a download may stand still before it is given up, in milliseconds: until its first byte, and later on. */
const FIRST_BYTE_MS = 8_000;
const STALL_MS = 30_000;

/**
 * Runs a command that downloads something below `directory`, and ends it with all its children when nothing grows there: behind a
 * wall, the programs in question wait for minutes.
 *
 * @returns why it failed, in one line or a few; undefined when it succeeded.
 */
export async function runDownload(command: string, args: readonly string[], directory: string): Promise<string | undefined> {
  const temporary = await mkdtemp(join(directory, "tmp-"));
  const child = spawn(command, [...args], {
    detached: true,
    env: { ...process.env, TMPDIR: temporary, PULUMI_SKIP_UPDATE_CHECK: "true" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  let code: number | undefined;
  const ended = new Promise<void>((resolve) => {
    child.once("error", (error) => {
      errors += error.message;
      code = -1;
      resolve();
    });
    child.once("close", (exit) => {
      code = exit ?? -1;
      resolve();
    });
  });

  const start = await sizeOf(directory);
  let size = start;
  let changed = Date.now();
  while (code === undefined) {
    await Promise.race([sleep(250), ended]);
    const now = await sizeOf(directory);
    if (now !== size) [size, changed] = [now, Date.now()];
    else if (Date.now() - changed > (size === start ? FIRST_BYTE_MS : STALL_MS)) {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      await ended;
      errors = size === start ? "no answer" : "the download stands still";
    }
  }
  await rm(temporary, { recursive: true, force: true });
  return code === 0 ? undefined : lastLines(errors, 3) || `exit code ${code}`;
}

/** Bytes in all files below a directory, which may change meanwhile. */
async function sizeOf(directory: string): Promise<number> {
  let sum = 0;
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => [])) {
    if (!entry.isFile()) continue;
    sum += await stat(join(entry.parentPath, entry.name)).then(
      ({ size }) => size,
      () => 0,
    );
  }
  return sum;
}
