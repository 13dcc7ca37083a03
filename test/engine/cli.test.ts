import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, readdirSync, statSync } from "node:fs";
import https from "node:https";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ensureEngine } from "ha-registry-tools";
import { CommandLine, filesBelow, program, untilTold } from "./support/command-line";
import { Docker } from "./support/docker";
import { freshName } from "./support/names";
import { plainPulumi } from "./support/plain-pulumi";
import { freePorts, listen } from "./support/ports";
import { runProgram } from "./support/program";
import { until } from "./support/waiting";

const name = freshName("c");
const commandLine = new CommandLine(name);
const { project, configFile, backend, state, environment } = commandLine;
const run = commandLine.run.bind(commandLine);
const start = commandLine.start.bind(commandLine);
const docker = new Docker();
let port: number;

/** Changes the load balancer's part of the stack file. */
function configure(loadBalancer: Record<string, unknown>): void {
  commandLine.configure({ loadBalancer: { port, statistics: { port: port + 1 }, ...loadBalancer } });
}

before(async () => {
  port = await freePorts(4);
  configure({});
  const git = (...args: string[]) => runProgram("git", ["-C", project, "-c", "user.name=t", "-c", "user.email=t@example.org", ...args]);
  await git("init", "--quiet");
  await git("add", "--all");
  await git("commit", "--quiet", "--message", "project");
});

after(async () => {
  await docker.removeLeftovers(name);
  commandLine.end();
});

test("local needs no file, keeps its state and passphrase closed and outside of the checkout, and leaves git clean", async () => {
  const { stdout } = await run(0, "preview", "local", "--json");
  const { counts } = JSON.parse(stdout) as { counts: Record<string, number> };
  assert.ok((counts["create"] ?? 0) > 20, stdout);
  assert.equal(statSync(state).mode & 0o777, 0o700);
  assert.equal(statSync(join(state, "passphrase")).mode & 0o777, 0o600);
  assert.ok(filesBelow(join(state, ".pulumi", "stacks")).some((file) => file.endsWith("/local.json")));
  assert.equal((await runProgram("git", ["-C", project, "status", "--porcelain"])).stdout, "");
});

test("a port that another process holds stops up before anything is touched", async (t) => {
  const server = await listen(port);
  t.after(() => server.close());
  const { stderr } = await run(1, "up", name);
  assert.match(stderr, new RegExp(`registry\\.loadBalancer\\.port: port ${port} is taken by another process`));
  assert.deepEqual(await docker.leftovers(name), []);
  assert.deepEqual(readdirSync(backend), []);
});

test("Ctrl-C ends up in order: the state is saved, and nobody else is locked out", async () => {
  const up = start("up", name);
  await untilTold(up, /created volume/);
  up.child.kill("SIGINT");
  const { code, stderr } = await up.end;
  assert.equal(code, 1, stderr);
  assert.match(stderr, /Stopped\. What was done is in the state/);
  assert.deepEqual(filesBelow(join(backend, ".pulumi", "locks")), []);
});

test("a crash of the engine leaves a lock that is explained, and cleared on request with what was half made", async () => {
  const up = start("up", name);
  await untilTold(up, /created /);
  const { stdout } = await runProgram("ps", ["-o", "pid=,args=", "--ppid", String(up.child.pid)]);
  const engine = Number(/^\s*(\d+) \S*pulumi up /m.exec(stdout)?.[1]);
  process.kill(engine, "SIGKILL");
  assert.match((await up.end).stderr, /Pulumi was ended from outside \(SIGKILL\)/);
  const refused = await run(1, "up", name);
  assert.match(refused.stderr, new RegExp(`is locked by another run:\\n .*process ${engine}, since .*: it does not run any more`));
  assert.match(refused.stderr, new RegExp(`npx ha-registry unlock ${name}`));
  const { stderr } = await run(0, "up", name, "--clear-lock");
  assert.match(stderr, /cleared the lock/);
  assert.match((await run(0, "unlock", name)).stdout, /is not locked/);
});

test("outputs as JSON are what other programs need, and the registry answers to them", async () => {
  const { endpoint, hostname, caCertificatePem, credentials } = await commandLine.outputs();
  assert.equal(endpoint, `https://localhost:${port}`);
  assert.equal(hostname, "localhost");
  const ask = (password: string): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const options = { ca: caCertificatePem, auth: `${credentials.username}:${password}` };
      https.get(`${endpoint}/v2/`, options, (response) => resolve(response.resume().statusCode)).once("error", reject);
    });
  assert.equal(await ask(credentials.password), 200);
  assert.equal(await ask("wrong"), 401);
  assert.equal((await run(0, "outputs", name, "--value", "credentials.password")).stdout, `${credentials.password}\n`);
});

test("a second up changes nothing, and ends with how to use the registry, without the password where nobody looks", async () => {
  const { password } = (await commandLine.outputs()).credentials;
  const { stdout, stderr } = await run(0, "up", name);
  assert.match(stdout, new RegExp(`^${name}: no changes, \\d+ unchanged`, "m"));
  assert.ok(stdout.includes(`docker login localhost:${port} --username admin --password-stdin`));
  assert.ok(!`${stdout}${stderr}`.includes(password));
  const caFile = join(state, name, "ca.crt");
  assert.ok(stdout.includes(caFile));
  assert.equal(readFileSync(caFile, "utf8"), (await commandLine.outputs()).caCertificatePem);
  const { changes, caFile: told } = JSON.parse((await run(0, "up", name, "--json")).stdout) as {
    changes: Record<string, number>;
    caFile: string;
  };
  assert.deepEqual(Object.keys(changes), ["same"]);
  assert.equal(told, caFile);
});

test("a preview after up finds nothing to change, and plain pulumi finds the same state and the same program", async () => {
  const { counts, changes } = JSON.parse((await run(0, "preview", name, "--json")).stdout) as {
    counts: Record<string, number>;
    changes: unknown[];
  };
  assert.deepEqual(changes, []);
  assert.deepEqual(Object.keys(counts), ["same"]);
  const { command, environment: variables } = await ensureEngine(() => undefined);
  const plain = {
    directory: project,
    command: command.binary,
    environment: { ...environment, ...variables, PULUMI_BACKEND_URL: `file://${backend}` },
  };
  const printed = await plainPulumi(plain, "preview", "--stack", name, "--expect-no-changes");
  assert.match(printed, new RegExp(`^ {4}${counts["same"]} unchanged$`, "m"));
});

test("no secret is in the state, in the stack file or in the client files in plain text", async () => {
  const { password } = (await commandLine.outputs()).credentials;
  for (const file of [...filesBelow(backend), ...filesBelow(join(state, name)), configFile]) {
    const text = readFileSync(file, "utf8");
    assert.ok(!text.includes(password), file);
    assert.doesNotMatch(text, /PRIVATE KEY/, file);
  }
});

test("a secret goes into the file encrypted, and is asked for by name only", async () => {
  const set = start("secret", name, "passwords.admin");
  assert.equal((await set.end).code, 2, "nothing on standard input is no secret");
  const child = spawn(process.execPath, [program, "-C", project, "secret", name, "passwords.admin"], {
    env: environment,
    stdio: ["pipe", "ignore", "inherit"],
  });
  child.stdin.end("a-long-password-of-mine\n");
  assert.deepEqual(await once(child, "close"), [0, null]);
  const text = readFileSync(configFile, "utf8");
  assert.match(text, /secure: ?"?v1:/);
  assert.ok(!text.includes("a-long-password-of-mine"));
  await run(0, "up", name);
  assert.equal((await commandLine.outputs()).credentials.password, "a-long-password-of-mine");
});

test("a change that HAProxy refuses fails with HAProxy's own words, the old state serves on, and taking it back mends it", async () => {
  configure({ extraConfig: { frontend: "bogus keyword" } });
  const { stderr } = await run(1, "up", name);
  assert.match(stderr, new RegExp(`${name}-haproxy-1: .*\\n(.*\\n)*.*unknown keyword 'bogus'`));
  assert.doesNotMatch(stderr, /^\s+at /m);
  const { caCertificatePem } = await commandLine.outputs();
  const status = await new Promise((resolve, reject) => {
    https
      .get(`https://localhost:${port}/v2/`, { ca: caCertificatePem }, (response) => resolve(response.resume().statusCode))
      .once("error", reject);
  });
  assert.equal(status, 401);
  configure({});
  await run(0, "up", name);
});

test("gc is refused where there is no garbage collection; else it collects, and says what went", async () => {
  const refused = await run(1, "gc", name);
  assert.match(refused.stderr, /registry\.garbageCollection: there is no garbage collection/);
  commandLine.configure({ loadBalancer: { port, statistics: { port: port + 1 } }, garbageCollection: {} });
  await run(0, "up", name);
  const { result, blobs } = JSON.parse((await run(0, "gc", name, "--json")).stdout) as { result: string; blobs: number };
  assert.deepEqual({ result, blobs }, { result: "done", blobs: 0 });
  assert.match((await run(0, "gc", name)).stdout, /0 tags, 0 blobs and 0 links to blobs removed in \d+ s; pushes were put off for \d+ s/);
});

test("audit is refused where there is no audit log; else it prints events, and says whether anybody changed them", async () => {
  assert.match((await run(1, "audit", name)).stderr, /registry\.audit: there is no audit log/);
  commandLine.configure({ loadBalancer: { port, statistics: { port: port + 1 } }, audit: {} });
  await run(0, "up", name);
  const { caCertificatePem } = await commandLine.outputs();
  await new Promise((resolve, reject) => {
    const options = { ca: caCertificatePem, auth: "somebody:something wrong" };
    https.get(`https://localhost:${port}/v2/`, options, (response) => resolve(response.resume().statusCode)).once("error", reject);
  });
  await until("the event is there", 60, async () => (await run(0, "audit", name, "--json")).stdout !== "");
  const { action, user } = JSON.parse((await run(0, "audit", name, "--json", "--user", "somebody")).stdout) as Record<string, string>;
  assert.deepEqual({ action, user }, { action: "login-refused", user: "somebody" });
  assert.match((await run(0, "audit", name, "--since", "1h")).stdout, /^20\d\d-\S+ login-refused refused {2}401 somebody \S+\n$/);
  assert.equal((await run(0, "audit", name, "--action", "push")).stdout, "");
  assert.equal((await run(0, "audit", name, "--verify")).stdout, "");
  await docker.command(
    "exec",
    `${name}-audit`,
    "sh",
    "-c",
    "for file in /audit/events/*; do printf X | dd of=$file bs=1 conv=notrunc; done",
  );
  const changed = await run(3, "audit", name, "--verify");
  assert.match(changed.stdout, /^events\/20\S+, bytes 0 to \d+: was altered\n$/);
  assert.match(changed.stderr, /the audit log is not as it was written/);
  await run(2, "audit", name, "--since", "yesterday");
});

test("down asks, and where nobody can answer it touches nothing", async () => {
  const running = await docker.runningNames(name);
  const { stderr } = await run(2, "down", name);
  assert.match(stderr, new RegExp(`^ {2}volume ${name}-audit, with the audit log in it$`, "m"));
  assert.match(stderr, new RegExp(`^ {2}volume ${name}-store, with the images in it$`, "m"));
  assert.match(stderr, /\nNobody can be asked here: say --yes/);
  assert.deepEqual(await docker.runningNames(name), running);
});

test("down is refused before anything is touched while somebody else uses the data", async (t) => {
  const running = await docker.runningNames(name);
  await docker.command("create", "--name", `${name}-other`, "--volume", `${name}-store:/data`, "registry:3.1.2");
  t.after(() => docker.command("rm", "--volumes", `${name}-other`));
  const { stderr } = await run(1, "down", name, "--yes");
  assert.match(stderr, new RegExp(`Volume ${name}-store is in use by ${name}-other`));
  assert.deepEqual(await docker.runningNames(name), running);
});

test("down --yes unprotects and removes everything; again, there is nothing to do", async () => {
  await run(0, "down", name, "--yes");
  assert.deepEqual(await docker.leftovers(name), []);
  assert.match((await run(0, "down", name, "--yes", "--remove-stack")).stdout, /there is nothing to remove/);
  assert.match((await run(0, "down", name, "--yes")).stdout, /there is nothing to remove/);
  await run(1, "outputs", name);
});
