import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { hostname, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import type { EngineEvent, OpType, StepEventMetadata } from "@pulumi/pulumi/automation";
import { Problems, resolveTopology } from "ha-registry-core";
import { publishedPorts, type Container } from "ha-registry/dist/cli/docker";
import { ensureHosts, hostsOf } from "ha-registry/dist/cli/hosts";
import { advice, engineReasons, isSick } from "ha-registry/dist/cli/failure";
import { explainLocks, isAlive, parseLocks, readLocks } from "ha-registry/dist/cli/lock";
import { checkKernel, checkNames, checkPorts } from "ha-registry/dist/cli/preflight";
import { Progress, summary } from "ha-registry/dist/cli/progress";
import { howToUse } from "ha-registry/dist/cli/up";

const program = resolve(__dirname, "..", "..", "..", "stacks", "bin", "ha-registry.js");
let directory: string;
before(() => {
  directory = mkdtempSync(join(tmpdir(), "cli-"));
  mkdirSync(join(directory, "stacks"));
  writeFileSync(join(directory, "Pulumi.yaml"), "name: ha-registry\nruntime: nodejs\nstackConfigDir: stacks\n");
  writeFileSync(join(directory, "stacks", "Pulumi.prod.yaml"), "config:\n  ha-registry:registry: { nodes: { count: 0 } }\n");
});
after(() => rmSync(directory, { recursive: true }));

/** Runs the command line where no engine and no Docker is needed. */
async function run(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [program, "-C", directory, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stdout, stderr };
}

test("help is asked for and given", async () => {
  const { code, stdout } = await run("--help");
  assert.equal(code, 0);
  const commands = [
    "up",
    "preview",
    "outputs",
    "down",
    "adopt",
    "refresh",
    "unlock",
    "secret",
    "gc",
    "status",
    "capacity",
    "health",
    "drift",
    "compare-cost",
    "compliance",
    "rotate",
  ];
  for (const command of commands) assert.match(stdout, new RegExp(`^ {2}${command} `, "m"));
});

test("wrong use ends with code 2, says what is wrong, and prints no result", async () => {
  const cases: [args: string[], told: RegExp][] = [
    [["bogus"], /unknown command 'bogus'/],
    [["up", "--bogus"], /unknown option '--bogus'/],
    [["up", "one", "two"], /too many arguments/],
    [["outputs", "--value"], /argument missing/],
    [["secret", "prod"], /missing required argument 'name'/],
    [["up", "nope"], /there is no environment "nope".* prod/],
    [["preview", "prod"], /registry\.nodes\.count: 0 nodes/],
  ];
  for (const [args, told] of cases) {
    const { code, stdout, stderr } = await run(...args);
    assert.equal(code, 2, args.join(" "));
    assert.match(stderr, told, args.join(" "));
    assert.equal(stdout, "", args.join(" "));
  }
});

const refusal = [
  "error: the stack is currently locked by 2 lock(s). Either wait for the other process(es) to end or delete the lock file with `pulumi cancel`.",
  `  file:///state/a.json: created by ann@${hostname()} (pid 4194304) at 2026-11-21T13:30:58Z`,
  "  file:///state/b.json: created by ben@elsewhere (pid 7) at 2026-11-21T13:31:00Z",
].join("\n");

test("a lock is explained: who, since when, whether that can still be, and how it is cleared", () => {
  const locks = parseLocks(`stdout: ${refusal}\nstderr: ${refusal}`);
  assert.deepEqual(locks, [
    { owner: `ann@${hostname()}`, host: hostname(), pid: 4194304, since: "2026-11-21T13:30:58Z" },
    { owner: "ben@elsewhere", host: "elsewhere", pid: 7, since: "2026-11-21T13:31:00Z" },
  ]);
  const text = explainLocks("prod", locks);
  assert.match(text, /process 4194304, since 2026-11-21T13:30:58Z: it does not run any more/);
  assert.match(text, /ben@elsewhere, process 7, .*: on another machine/);
  assert.match(text, /npx ha-registry unlock prod/);
});

test("a lock whose owner runs is not offered for clearing", async (t) => {
  const owner = spawn("sh", ["-c", "echo pulumi > /proc/self/comm; read line"], { stdio: ["pipe", "ignore", "ignore"] });
  t.after(() => owner.kill("SIGKILL"));
  const lock = { owner: "ann", host: hostname(), pid: owner.pid ?? 0, since: "now" };
  while (isAlive(lock) !== true) await new Promise((resume) => setTimeout(resume, 10));
  assert.match(explainLocks("prod", [lock]), /it still runs\nWait until it has ended\.$/);
  assert.equal(isAlive({ ...lock, pid: process.pid }), false, "a number that another program has by now");
});

test("locks are read from a state in files, and from nowhere else", () => {
  const locks = join(directory, ".pulumi", "locks", "organization", "ha-registry", "prod");
  mkdirSync(locks, { recursive: true });
  writeFileSync(join(locks, "a.json"), '{"pid":7,"username":"ann","hostname":"h","timestamp":"2026-11-21T13:30:58Z"}');
  writeFileSync(join(locks, "a.json.attrs"), "{}");
  const expected = [{ owner: "ann@h", host: "h", pid: 7, since: "2026-11-21T13:30:58Z" }];
  assert.deepEqual(readLocks(`file://${directory}?create_dir=true`, "ha-registry", "prod"), expected);
  assert.deepEqual(readLocks(`file://${directory}`, "ha-registry", "other"), []);
  assert.deepEqual(readLocks("s3://bucket", "ha-registry", "prod"), []);
});

test("the ports that docker ps tells of", () => {
  assert.deepEqual(publishedPorts("0.0.0.0:5000->5000/tcp, :::5000->5000/tcp, 127.0.0.1:8404-8405->8404-8405/tcp"), [5000, 8404, 8405]);
  assert.deepEqual(publishedPorts("5000/tcp, 6379/tcp"), []);
  assert.deepEqual(publishedPorts(""), []);
});

function container(name: string, more: Partial<Container> = {}): Container {
  return { name, state: "running", status: "Up 2 minutes", stack: "prod", ports: [], ...more };
}

test("sick is what does not run as it should, not what was never to run", () => {
  const healthy = [
    container("node", { status: "Up 2 minutes (healthy)" }),
    container("balancer"),
    container("files", { state: "created", status: "Created" }),
    container("owner", { state: "exited", status: "Exited (0) 2 minutes ago" }),
  ];
  const sick = [
    container("a", { status: "Up 2 minutes (unhealthy)" }),
    container("b", { status: "Up 2 seconds (health: starting)" }),
    container("c", { state: "exited", status: "Exited (1) 2 minutes ago" }),
    container("d", { state: "restarting", status: "Restarting (1) 2 seconds ago" }),
    container("e", { state: "paused", status: "Up 2 minutes (Paused)" }),
  ];
  assert.deepEqual([...healthy, ...sick].filter(isSick), sick);
});

test("names that others have are told, the registry's own are not", () => {
  const problems = new Problems();
  const others = [
    container("prod-node-1", { stack: "" }),
    container("prod-redis"),
    container("prod-node-9", { stack: "" }),
    container("x", { stack: "" }),
  ];
  checkNames(resolveTopology("prod"), { name: "" }, others, problems);
  assert.deepEqual(
    problems.all.map(({ message }) => /container (\S+)/.exec(message)?.[1]),
    ["prod-node-1"],
  );
});

test("ports that others hold are told by field, the registry's own are not", async (t) => {
  const server = createServer().listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const find = async (topology: ReturnType<typeof resolveTopology>, containers: Container[]): Promise<string[]> => {
    const problems = new Problems();
    await checkPorts(topology, { name: "", docker: { isAtSocket: true } }, containers, problems);
    return problems.all.map(({ path, message }) => `${path}: ${message}`);
  };
  const taken = resolveTopology("prod", { loadBalancer: { port, replicas: 1, statistics: { port: 1, bindAddress: "203.0.113.7" } } });
  const [ours, theirs] = [container("prod-balancer", { ports: [port, 1] }), container("web", { stack: "", ports: [port] })];
  assert.deepEqual(await find(taken, [ours]), []);
  const [first, second] = await find(taken, []);
  assert.match(first ?? "", new RegExp(`^registry\\.loadBalancer\\.port: port ${port} is taken by another process .*sport = :${port}`));
  assert.match(second ?? "", /^registry\.loadBalancer\.statistics\.port: port 1 cannot be opened on 203\.0\.113\.7/);
  assert.match((await find(taken, [theirs]))[0] ?? "", /is taken by the container web$/);
});

const several = {
  hosts: {
    north: { dockerHost: "ssh://deploy@203.0.113.11", address: "203.0.113.11" },
    south: { dockerHost: "unix:///nowhere/south.sock", address: "203.0.113.12" },
  },
  objectStore: { s3: { bucket: "layers" } },
};

test("on several hosts each is looked at for what is put on it, and the message names the host", async () => {
  const topology = resolveTopology("prod", several);
  const problems = new Problems();
  const [, second] = topology.nodes;
  assert.equal(second?.host, "south");
  const busy = container("web", { stack: "", ports: [5000, second.published?.port ?? 0, topology.nodes[0]?.published?.port ?? 0] });
  checkNames(topology, { name: "south" }, [container("prod-node-1", { stack: "" }), container("prod-node-2", { stack: "" })], problems);
  // A socket of this machine, but an engine with addresses of its own: nothing of this machine's ports is asked.
  await checkPorts(topology, { name: "south", address: "203.0.113.12", docker: { isAtSocket: true } }, [busy], problems);
  checkKernel("4.18.0", problems, { name: "south" });
  assert.deepEqual(
    problems.all.map(({ path, message }) => `${path}: ${message.slice(0, message.indexOf(" ", 30))}`),
    [
      "registry.hosts.south: there is a container prod-node-2",
      "registry.loadBalancer.port: port 5000 on south is taken by",
      `registry.internalPortBase: port ${second.published?.port} on south is taken by`,
      "registry.loadBalancer.handOverConnections: needs Linux 5.14, and Docker on",
    ],
  );
});

test("hosts that do not answer are named all at once, with how to go on without them", async () => {
  const hosts = hostsOf("prod", {
    registry: { ...several, hosts: { ...several.hosts, north: { ...several.hosts.south, address: "203.0.113.11" } } },
  });
  await assert.rejects(
    ensureHosts("prod", hosts, () => undefined),
    (error: Error) => {
      for (const name of ["north", "south"]) {
        assert.match(
          error.message,
          new RegExp(`registry\\.hosts\\.${name}\\.dockerHost: the Docker Engine at unix:///nowhere/south.sock does not answer`),
        );
        assert.ok(error.message.includes(`npx ha-registry up prod --lost-host ${name}`));
      }
      return true;
    },
  );
});

/** An event of the engine about one resource. */
function step(phase: "pre" | "out" | "failed", op: OpType, name: string, type = "docker:index/container:Container"): EngineEvent {
  const urn = `urn:pulumi:prod::ha-registry::x$${type}::${name}`;
  const metadata: StepEventMetadata = { op, urn, type, provider: "", diffs: ["image"] };
  const base = { sequence: 0, timestamp: 0 };
  if (phase === "pre") return { ...base, resourcePreEvent: { metadata } };
  return phase === "out" ? { ...base, resOutputsEvent: { metadata } } : { ...base, resOpFailedEvent: { metadata, status: 1, steps: 1 } };
}

function watch(events: EngineEvent[], planning = false): { lines: string[]; progress: Progress } {
  const lines: string[] = [];
  const progress = new Progress((line) => lines.push(line), planning);
  for (const event of events) progress.onEvent(event);
  progress.stop();
  return { lines, progress };
}

const replacement = [
  step("pre", "delete-replaced", "node"),
  step("out", "delete-replaced", "node"),
  step("pre", "replace", "node"),
  step("out", "replace", "node"),
  step("pre", "create-replacement", "node"),
  step("out", "create-replacement", "node"),
];

test("progress tells what is done to real objects, in words", () => {
  const { lines } = watch([
    step("pre", "create", "prod", "pulumi:pulumi:Stack"),
    step("pre", "create", "store", "ha-registry-docker:index:ObjectStore"),
    step("pre", "same", "redis"),
    step("out", "same", "redis"),
    step("pre", "create", "ca", "tls:index/selfSignedCert:SelfSignedCert"),
    step("out", "create", "ca", "tls:index/selfSignedCert:SelfSignedCert"),
    ...replacement,
    step("pre", "update", "haproxy"),
    step("failed", "update", "haproxy"),
  ]);
  assert.deepEqual(lines, [
    "created self signed cert ca",
    "removed the old container node",
    "replaced container node",
    "failed: container haproxy",
  ]);
});

test("what a refresh finds is no work of ours", () => {
  const { lines } = watch([
    step("pre", "refresh", "gone"),
    step("out", "delete", "gone"),
    step("pre", "refresh", "other"),
    step("out", "update", "other"),
    step("pre", "refresh", "same"),
    step("out", "same", "same"),
  ]);
  assert.deepEqual(lines, ["container gone is gone", "container other was changed by somebody else"]);
});

test("a preview does nothing and says so, but keeps what would be done and why", () => {
  const { lines, progress } = watch(replacement, true);
  assert.deepEqual(lines, []);
  const [, replaced] = progress.changes;
  assert.deepEqual({ ...replaced, urn: "" }, { operation: "replace", kind: "container", name: "node", urn: "", properties: ["image"] });
});

test("progress keeps errors without colours, and no debugging", () => {
  const diagnostic = (severity: "error" | "info", message: string): EngineEvent => ({
    sequence: 0,
    timestamp: 0,
    diagnosticEvent: { severity, message, color: "never" },
  });
  const { lines, progress } = watch([
    diagnostic("error", "<{%fg 1%}>port taken<{%reset%}>\u001b[0m\n"),
    diagnostic("info", "secret details"),
  ]);
  assert.deepEqual(progress.errors, ["port taken"]);
  assert.deepEqual(lines, []);
});

test("counts for people", () => {
  assert.equal(summary({ same: 40 }), "no changes, 40 unchanged");
  assert.equal(
    summary({ create: 2, replace: 1, delete: 3, update: 4, same: 5 }),
    "2 created, 4 updated, 1 replaced, 3 removed, 5 unchanged",
  );
  assert.equal(summary({}), "no changes");
});

test("the engine's errors come without noise", () => {
  const urn = "urn:pulumi:prod::ha-registry::ha-registry-docker:index:Registry$docker:index/container:Container::prod-haproxy-1";
  const errors = [
    "sdk-v2/provider2.go:571: sdk.helper_schema: container failed",
    `1 error occurred:\n\t* creating ${urn}: 1 error occurred:\n\t* container failed to be in healthy state\n\n`,
    `1 error occurred:\n\t* creating ${urn}: 1 error occurred:\n\t* container failed to be in healthy state\n\n`,
    "update failed",
  ];
  assert.deepEqual(engineReasons(errors, "x"), ["creating prod-haproxy-1: container failed to be in healthy state"]);
  assert.deepEqual(engineReasons([], "code: 255\nstderr: \nerror: no such bucket\n"), ["error: no such bucket"]);
  assert.deepEqual(engineReasons([], "spawn pulumi ENOENT"), ["spawn pulumi ENOENT"]);
});

test("what Docker refuses because of what is there already comes with advice", () => {
  const lost = /objects of prod that this state does not know[^]*npx ha-registry adopt prod/;
  assert.match(
    advice("prod", ["Unable to create network: Error response from daemon: network with name prod already exists"]).join(),
    lost,
  );
  assert.match(advice("prod", ['The container name "/prod-node-1" is already in use by container "5d03"']).join(), lost);
  assert.match(advice("prod", ["Pool overlaps with other one on this address space"]).join(), /registry\.subnet/);
  assert.match(
    advice("prod", ["Error response from daemon: remove prod-first-audit-buffer: volume has active mounts"]).join(),
    /down prod/,
  );
  assert.deepEqual(advice("prod", ["container failed to be in healthy state"]), []);
});

const outputs = {
  endpoint: "https://registry.corp.example:5000",
  hostname: "registry.corp.example",
  authority: "registry.corp.example:5000",
  caCertificatePem: "PEM",
  credentials: { username: "admin", password: "correct horse" },
  metricsEndpoint: "http://127.0.0.1:8404/metrics",
  clientConfig: {},
};

test("up ends with endpoint, login, the CA's place and a push command, and with the password only where it is to be seen", () => {
  const use = { name: "prod", outputs, caFile: "/state/prod/ca.crt", image: "registry:3.1.2" };
  const hidden = howToUse({ ...use, showPassword: false });
  for (const part of [
    outputs.endpoint,
    "sudo install -D -m 644 /state/prod/ca.crt /etc/docker/certs.d/registry.corp.example:5000/ca.crt",
    "npx ha-registry outputs prod --value credentials.password | docker login registry.corp.example:5000 --username admin --password-stdin",
    "docker tag registry:3.1.2 registry.corp.example:5000/hello:1 && docker push registry.corp.example:5000/hello:1",
  ]) {
    assert.ok(hidden.includes(part), part);
  }
  assert.ok(!hidden.includes("correct horse"));
  assert.ok(howToUse({ ...use, showPassword: true }).includes("correct horse"));
});

test("up says nothing of a CA and of a login where there is none", () => {
  const open = { ...outputs, caCertificatePem: "", credentials: { username: "", password: "" } };
  const text = howToUse({ name: "prod", outputs: open, caFile: undefined, image: "registry:3.1.2", showPassword: true });
  assert.doesNotMatch(text, /docker login|install -D|Password/);
  assert.match(text, /docker push/);
});

test("a kernel that cannot hand over connections is named before Docker refuses the switch", () => {
  const paths = (version: string): string[] => {
    const problems = new Problems();
    checkKernel(version, problems);
    return problems.all.map(({ path }) => path);
  };
  for (const version of ["6.1.0-37-amd64", "5.14.0-503.el9.x86_64", "5.15.0-125-generic", ""])
    assert.deepEqual(paths(version), [], version);
  for (const version of ["5.13.19", "5.4.0-216-generic", "4.18.0-553.el8_10.x86_64"]) {
    assert.deepEqual(paths(version), ["registry.loadBalancer.handOverConnections"], version);
  }
});
