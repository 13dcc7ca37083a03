// The first thing that `npm run up` and `npm test` start: it installs the npm dependencies, compiles, and hands over to the real
// command under Node 22. It runs before anything is installed, so it is plain JavaScript for Node 18 and later, without dependencies.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { clearInterval, setInterval } from "node:timers";
import { fileURLToPath } from "node:url";

import lockFile from "./src/lock-file.cjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const modules = join(root, "node_modules");

/** Per command: the TypeScript project to compile (with what it refers to), and the program to run. */
const commands = {
  up: { project: "stacks", program: ["stacks/bin/ha-registry.js", "up"] },
  compliance: { project: "stacks", program: ["stacks/bin/ha-registry.js", "compliance"] },
  "compare-cost": { project: "stacks", program: ["stacks/bin/ha-registry.js", "compare-cost"] },
  down: { project: "stacks", program: ["stacks/bin/ha-registry.js", "down"] },
  test: { project: "test", program: ["tools/dist/test-runner.js", "test"] },
  drill: { project: "test", program: ["tools/dist/test-runner.js", "drill"] },
  bench: { project: "bench", program: ["bench/dist/main.js"] },
};

const HEARTBEAT_SECONDS = 10;

/** How the helpers run: standard output is left to the command itself. */
const toStderr = { cwd: root, stdio: ["ignore", 2, 2] };

/** What is told without a stack trace. */
class Refusal extends Error {}

async function main([name, ...args]) {
  const command = Object.hasOwn(commands, name ?? "") ? commands[name] : undefined;
  if (command === undefined) refuse(`usage: node tools/bootstrap.mjs <${Object.keys(commands).join("|")}> [arguments]`);
  if (nodeMajor() < 18) refuse(`this needs Node 22, or Node 18 with npm to get it; this is Node ${process.versions.node}`);

  await lockFile.withLockFile(lockPath(), "installing and compiling", () => prepare(command.project), report);
  const [program, ...leading] = command.program;
  return await run(runtime(), [join(root, program), ...leading, ...args]);
}

async function prepare(project) {
  if (!isInstalled()) {
    report("npm: installing the dependencies");
    // No package's scripts: none is needed, and Pulumi's would try to download. That leaves out this workspace's own `prepare`,
    // which compiles everything; only what the command needs is compiled below.
    const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--engine-strict=false", "--loglevel=error"];
    const code = await beating("npm: installing", () => run(...npm(["ci", ...options]), toStderr));
    if (code !== 0) refuse(`\`npm ci\` failed (${code}); its own words are above`);
  }
  const compile = [join(modules, "typescript", "bin", "tsc"), "--build", join(root, project)];
  const code = await beating("tsc: compiling", () => run(runtime(), compile, toStderr));
  if (code !== 0) refuse("the sources do not compile; the compiler's words are above");
}

/**
 * Whether node_modules holds what package-lock.json asks for. npm leaves its own account of what it has installed, so that an
 * `npm install` by hand counts as well.
 */
function isInstalled() {
  const wanted = packagesIn(join(root, "package-lock.json"));
  const installed = packagesIn(join(modules, ".package-lock.json"));
  if (wanted === undefined) refuse("package-lock.json is missing or damaged; run `git checkout package-lock.json`");
  if (installed === undefined) return false;
  return Object.entries(wanted).every(([path, { optional, devOptional, version, integrity, link }]) => {
    const found = installed[path];
    if (!path.includes("node_modules/")) return true;
    if (found === undefined) return optional === true || devOptional === true;
    return found.version === version && found.integrity === integrity && found.link === link;
  });
}

function packagesIn(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8")).packages;
  } catch {
    return undefined;
  }
}

/** The npm that started us, or the one on PATH: program and arguments. */
function npm(args) {
  const script = process.env["npm_execpath"];
  return script !== undefined && /npm-cli\.c?js$/.test(script) ? [process.execPath, [script, ...args]] : ["npm", args];
}

/** Node 22: the one among the dependencies, else the one that runs this. */
function runtime() {
  const installed = join(modules, ".bin", "node");
  if (existsSync(installed)) return installed;
  if (nodeMajor() >= 22) return process.execPath;
  return refuse(
    `Node 22 or later is needed; this is Node ${process.versions.node}, and npm has none for ${process.platform} ${process.arch} ` +
      "(or was told to omit optional packages): install Node 22 and run this again",
  );
}

/**
 * Runs a program to its end.
 *
 * @returns its exit code; if a signal ended it, so does the same signal end this process.
 */
function run(program, args, options = { stdio: "inherit" }) {
  const child = spawn(program, args, options);
  // A terminal sends Ctrl-C to the program as well, and a second one would mean "at once, without tidying up".
  const forward = (signal) => {
    if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) process.on(signal, forward);
  return new Promise((done) => {
    const finish = (code, signal) => {
      for (const each of signals) process.off(each, forward);
      if (signal !== null) process.kill(process.pid, signal);
      else done(code);
    };
    child.once("error", (error) => {
      report(`${program} cannot be started: ${error.message}`);
      finish(127, null);
    });
    child.once("exit", finish);
  });
}

async function beating(label, work) {
  const start = Date.now();
  const timer = setInterval(() => report(`${label} … ${Math.round((Date.now() - start) / 1000)} s`), HEARTBEAT_SECONDS * 1000);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

/** One lock per checkout, in the cache, for `npm ci` empties node_modules. */
function lockPath() {
  const cache = process.env["HA_REGISTRY_CACHE"] || join(homedir(), ".cache", "ha-registry");
  return join(resolve(cache), "bootstrap", `${createHash("sha256").update(root).digest("hex").slice(0, 16)}.lock`);
}

function nodeMajor() {
  return Number(process.versions.node.split(".")[0]);
}

function report(line) {
  process.stderr.write(`${line?.stack ?? line}\n`);
}

function refuse(message) {
  throw new Refusal(message);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  report(error instanceof Refusal ? error.message : error);
  process.exitCode = 1;
}
