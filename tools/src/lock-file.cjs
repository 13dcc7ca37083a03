// Plain JavaScript, because tools/bootstrap.mjs needs it before anything is installed or compiled; lock.ts is its typed face.
"use strict";

const { execFile } = require("node:child_process");
const { randomUUID } = require("node:crypto");
const { link, mkdir, readFile, rm, writeFile } = require("node:fs/promises");
const { dirname } = require("node:path");
const { setTimeout: sleep } = require("node:timers/promises");
const { promisify } = require("node:util");

/**
 * Who holds a lock. The start time tells the owner from a later process that was given the same pid.
 *
 * @typedef {{ pid: number, started: string, token: string }} Owner
 */

/** How often a waiter looks, and how often it says that it waits. */
const POLL_MS = 200;
const REMIND_MS = 15_000;

const run = promisify(execFile);

/**
 * Does `work` while this process alone holds the lock `file`; see lock.ts.
 *
 * @template T
 * @param {string} file
 * @param {string} label
 * @param {() => Promise<T>} work
 * @param {(line: string) => void} report
 * @returns {Promise<T>}
 */
async function withLockFile(file, label, work, report) {
  await mkdir(dirname(file), { recursive: true });
  await acquire(file, label, report);
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

/**
 * @param {string} file
 * @param {string} label
 * @param {(line: string) => void} report
 */
async function acquire(file, label, report) {
  const self = { pid: process.pid, started: (await startTime(process.pid)) ?? "", token: randomUUID() };
  const start = Date.now();
  let told = 0;
  while (!(await create(file, self))) {
    const owner = await read(file);
    if (owner === undefined) continue;
    if (!(await isAlive(owner))) {
      await removeDead(file, owner, label, report);
      continue;
    }
    if (Date.now() - told >= REMIND_MS) {
      const waited = told === 0 ? "" : ` … ${Math.round((Date.now() - start) / 1000)} s`;
      report(`waiting for process ${owner.pid}: ${label}${waited}`);
      told = Date.now();
    }
    await sleep(POLL_MS);
  }
}

/**
 * A lock file appears whole or not at all, and only where none is: a hard link does both in one step.
 *
 * @param {string} file
 * @param {Owner} owner
 * @returns {Promise<boolean>} whether the lock is ours now
 */
async function create(file, owner) {
  const draft = `${file}.${owner.token}`;
  await writeFile(draft, JSON.stringify(owner), { mode: 0o600 });
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/**
 * Of all that see the same dead owner, one at a time may look again and remove the file: without that, a slow one would remove the
 * lock of the one that had just taken over. The guard is a lock itself, named after the dead owner, so its owner may die, too.
 *
 * @param {string} file
 * @param {Owner} dead
 * @param {string} label
 * @param {(line: string) => void} report
 */
async function removeDead(file, dead, label, report) {
  const removeIfStillDead = async () => {
    const now = await read(file);
    if (now?.token === dead.token) await rm(file, { force: true });
  };
  await withLockFile(`${file}.${dead.token}.dead`, label, removeIfStillDead, report);
}

/**
 * @param {string} file
 * @returns {Promise<Owner | undefined>} undefined when the lock was released meanwhile
 */
async function read(file) {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

/** @param {Owner} owner */
async function isAlive(owner) {
  const started = await startTime(owner.pid);
  return started !== undefined && started === owner.started;
}

/**
 * When a process started, in whatever unit the system tells it; undefined if there is none.
 *
 * @param {number} pid
 * @returns {Promise<string | undefined>}
 */
async function startTime(pid) {
  try {
    if (process.platform !== "linux") return (await run("ps", ["-o", "lstart=", "-p", String(pid)])).stdout.trim();
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    // The second field is the command in parentheses and may hold blanks and parentheses; state is the 3rd, start time the 22nd.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/**
 * @param {unknown} error
 * @param {string} code
 */
function hasCode(error, code) {
  return error instanceof Error && "code" in error && error.code === code;
}

module.exports = { withLockFile };
