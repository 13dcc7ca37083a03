import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { BodyFamily } from "./support/bodies";
import { CommandLine, untilTold } from "./support/command-line";
import { Docker } from "./support/docker";
import { RawClient, type ClientOptions } from "./support/http-client";
import { assertNothingFails, Load } from "./support/load";
import { freshName } from "./support/names";
import { freePorts } from "./support/ports";
import { until } from "./support/waiting";

const MIB = 2 ** 20;
const LAYER_BYTES = 32 * MIB;
const DAY = 86_400_000;

/** What `status --json` prints, as far as it is looked at. */
interface Status {
  well: boolean;
  problems: string[];
  endpoints: { answers: boolean; status: number; certificate: { serialNumber: string; daysLeft: number } }[];
  hosts: { name: string; answers: boolean }[];
  containers: { name: string; state: string; expected: boolean; problem?: string }[];
  redis: { name: string; role: string }[];
  store: { usedBytes: number; freeBytes: number };
}

/** What `drift --json` prints. */
interface Drifts {
  drift: { name: string; kind: string; found: string; operation: string }[];
}

/** What `capacity --json` prints, as far as it is looked at. */
interface Capacity {
  well: boolean;
  storedBytes: number;
  usedBytes: number;
  freeBytes: number;
  fullness: number;
  growth?: { bytesPerDay: number; days: number };
  daysToFull?: number;
  reserveBytes?: number;
}

/** What one machine does not show: hosts that are away, and clocks that differ. */
describe("commands for a registry that runs", () => {
  const name = freshName("c");
  const commandLine = new CommandLine(name);
  const run = commandLine.run.bind(commandLine);
  const docker = new Docker();
  const part = (suffix: string): string => `${name}-${suffix}`;
  let load: Load | undefined;
  let options: ClientOptions | undefined;

  before(async () => {
    const port = await freePorts(4);
    const access = { users: { admin: { catalog: true }, ci: {} } };
    commandLine.configure({ dataProtection: false, access, loadBalancer: { port, statistics: { port: port + 1 } } });
    await run(0, "up", name);
  });
  after(async () => {
    await load?.end();
    await docker.removeLeftovers(name);
    commandLine.end();
  });

  it("status tells of every container, of the endpoint, its certificate, Redis and space", async () => {
    const found = await json<Status>(0, "status");
    assert.deepEqual({ well: found.well, problems: found.problems }, { well: true, problems: [] });
    assert.deepEqual(found.containers.map((each) => each.name).sort(), await docker.runningNames(name));
    assert.ok(found.containers.every(({ state, expected }) => state === "running" && expected));
    assert.deepEqual(
      found.endpoints.map(({ answers, status, certificate }) => [answers, status, certificate.daysLeft]),
      [[true, 401, 396]],
    );
    assert.deepEqual(found.redis, [{ name: part("redis"), role: "primary" }]);
    assert.ok(found.store.freeBytes > 0);
    assert.match((await run(0, "status", name)).stdout, new RegExp(`${part("node-2")} +running +healthy[^]*${name}: all is well`));
  });

  it("health of a well registry has nothing wrong, and says what it looked at", async () => {
    // All on one host wants attention, which counts when it is asked to.
    const { stdout } = await run(3, "health", name, "--json", "--strict");
    const { wrong, checks } = JSON.parse(stdout) as { wrong: number; checks: { check: string; level: string; finding: string }[] };
    assert.equal(wrong, 0, JSON.stringify(checks));
    const findings = checks.map(({ check, finding }) => `${check}: ${finding}`).join("\n");
    for (const told of [
      /versions: registry:\S+ is 3\.1\.2/,
      /certificates: \S+-certificates-ca \(ca\) ends in 3649 days/,
      /drift: nothing differs/,
    ])
      assert.match(findings, told);
  });

  it("a node that was stopped and an HAProxy that was removed are named, and up mends them", async () => {
    await docker.command("stop", part("node-2"));
    await docker.command("rm", "--force", part("haproxy-2"));
    const { problems, containers } = await json<Status>(3, "status");
    assert.deepEqual(problems, [`${part("haproxy-2")} is not there`, `${part("node-2")} does not run (it ended with code 0)`]);
    assert.equal(containers.find((each) => each.name === part("node-2"))?.state, "exited");
    const { drift } = await json<Drifts>(4, "drift");
    assert.deepEqual(drift.map((each) => [each.kind, each.name, each.found]).sort(), [
      ["container", part("haproxy-2"), "missing"],
      ["container", part("node-2"), "stopped"],
    ]);
    assert.match((await run(3, "health", name, "--markdown")).stdout, /^\| wrong \| redundancy \| 1 of 2 nodes serve \|/m);
    await run(0, "up", name);
    await json<Status>(0, "status");
    assert.deepEqual((await json<Drifts>(0, "drift")).drift, []);
  });

  it("what the file says differently, and what the state does not know, is drift, too", async () => {
    const before = commandLine.registry();
    commandLine.configure({ ...before, logs: { maxFiles: 3 } });
    await docker.command("network", "create", "--label", `ha-registry=${name}`, part("stray"));
    const { drift } = await json<Drifts>(4, "drift");
    const found = (what: string): string[] => drift.filter((each) => each.found === what).map((each) => each.name);
    assert.ok(found("pending").includes(part("node-1")), JSON.stringify(drift));
    assert.deepEqual(found("unknown"), [part("stray")]);
    await docker.command("network", "rm", part("stray"));
    commandLine.configure(before);
  });

  it("capacity says what df says and what was pushed, and growth and days to full follow from what was before", async () => {
    const empty = await json<Capacity>(0, "capacity");
    assert.equal(empty.growth, undefined);
    // What was found ten days ago, when the store was as empty.
    const history = join(commandLine.state, `${name}.capacity.json`);
    const [sample] = JSON.parse(readFileSync(history, "utf8")) as { storedBytes: number }[];
    assert.equal(sample?.storedBytes, empty.storedBytes);
    writeFileSync(history, JSON.stringify([{ ...sample, time: new Date(Date.now() - 10 * DAY).toISOString() }]));
    const client = new RawClient(await commandLine.client());
    await client.pushBlob("team/app", new BodyFamily(LAYER_BYTES, 91).body(1));
    client.close();
    const full = await json<Capacity>(0, "capacity");
    const grown = full.storedBytes - empty.storedBytes;
    assert.ok(grown >= LAYER_BYTES && grown < LAYER_BYTES + MIB, `${grown} bytes more`);
    const daily = full.growth?.bytesPerDay ?? 0;
    assert.ok(Math.abs(daily - grown / 10) < grown / 1000, `${daily} bytes a day`);
    assert.equal(full.reserveBytes, 180 * daily);
    assert.equal(full.daysToFull, Math.floor(full.freeBytes / daily));
    // Others write to this disk meanwhile.
    const space = await docker.command("exec", part("node-1"), "df", "-P", "-k", "/var/lib/registry");
    const [, used = 0, free = 0] = (/ (\d+) +(\d+) +\d+% /.exec(space) ?? []).map(Number);
    const near = (bytes: number, kibibytes: number): boolean => Math.abs(bytes - kibibytes * 1024) < (used + free) * 1024 * 0.02;
    assert.ok(near(full.usedBytes, used) && near(full.freeBytes, free), `${space}${JSON.stringify(full)}`);
  });

  it("a password is made anew: the old one is refused, the new one let in, and who has another one notices nothing", async () => {
    const [oldPassword, ci] = [await passwordOf("admin"), await passwordOf("ci")];
    const { endpoint, caPem } = await clientOptions();
    const workers = (["push", "pull"] as const).map((role) => ({ role, size: "small" as const, count: 1 }));
    load = await Load.start({
      client: { endpoint, caPem, username: "ci", password: ci },
      workers,
      maxSeconds: 1700,
      pauseMilliseconds: 20,
    });
    let told = "";
    await assertNothingFails(load, async () => {
      const { stdout, stderr } = await run(0, "rotate", "passwords", name, "--user", "admin", "--yes");
      told = `${stdout}${stderr}`;
    });
    const newPassword = await passwordOf("admin");
    assert.notEqual(newPassword, oldPassword);
    assert.equal(await passwordOf("ci"), ci);
    assert.deepEqual([await statusWith("admin", oldPassword), await statusWith("admin", newPassword)], [401, 200]);
    assert.ok(!told.includes(newPassword) && told.includes(`npx ha-registry outputs ${name} --password-of admin`), told);
  });

  it("the certificates are made anew under the same CA, and no request fails", async () => {
    const [before, { caCertificatePem }] = [await serialNumber(), await commandLine.outputs()];
    await assertNothingFails(running(), () => run(0, "rotate", "certificates", name, "--yes"));
    assert.notEqual(await serialNumber(), before);
    assert.equal((await commandLine.outputs()).caCertificatePem, caCertificatePem);
  });

  it("Redis gets another password and certificate, and no request fails", async () => {
    const { Id } = await docker.inspect(part("redis"));
    const config = await redisUser();
    const { rotated, certificates } = JSON.parse((await nothingFails("rotate", "redis", name, "--yes", "--json")).stdout) as Record<
      string,
      unknown
    >;
    assert.deepEqual({ rotated, certificates }, { rotated: "redis", certificates: [part("redis")] });
    assert.notEqual((await docker.inspect(part("redis"))).Id, Id);
    assert.notEqual(await redisUser(), config, "the hash of the password");
    // It lets nobody in without, and the nodes have the new one: they write into it again.
    assert.match(await redis("GET x"), /NOAUTH/);
    await until("the nodes use Redis again", 120, async () => {
      const metrics = await docker.command("exec", part("node-1"), "wget", "-q", "-O", "-", "http://127.0.0.1:5001/metrics");
      return Number(/^registry_storage_cache_hits_total\S* (\d+)/m.exec(metrics)?.[1] ?? 0) > 0;
    });
    const report = await running().stop();
    assert.equal(report.failed, 0);
    assert.deepEqual((await running().verify()).lost, []);
    load = undefined;
  });

  it("a rotation that is stopped goes on with up", async () => {
    const before = await passwordOf("ci");
    const rotation = commandLine.start("rotate", "passwords", name, "--user", "ci", "--yes");
    await untilTold(rotation, /replaced random password/);
    rotation.child.kill("SIGINT");
    assert.equal((await rotation.end).code, 1);
    await run(0, "up", name);
    const password = await passwordOf("ci");
    assert.notEqual(password, before);
    assert.deepEqual([await statusWith("ci", before), await statusWith("ci", password)], [401, 200]);
  });

  it("what is given, what is not there and what nobody confirmed is refused, as JSON where that is asked for", async () => {
    const refused = async (...args: string[]): Promise<{ message: string; problems: { path: string }[] }> => {
      const { stdout, stderr } = await run(2, "--quiet", "rotate", ...args, "--json");
      assert.equal(stdout, "");
      return (JSON.parse(stderr) as { error: { message: string; problems: { path: string }[] } }).error;
    };
    await commandLine.secret("passwords.ci", "a-long-password-of-mine");
    assert.equal((await refused("passwords", name, "--user", "ci", "--yes")).problems[0]?.path, "secrets.passwords.ci");
    assert.equal((await refused("passwords", name, "--user", "bob", "--yes")).problems[0]?.path, "registry.access.users");
    assert.match((await refused("everything", name)).message, /say certificates, passwords, redis/);
    assert.match((await refused("redis", name, "--ca")).message, /--ca is about certificates/);
    const { message } = await refused("certificates", name, "--ca");
    assert.match(message, /every client refuses the registry until it trusts the new one[^]*say --yes/);
  });

  it("commands that change nothing much tell their results as JSON", async () => {
    assert.deepEqual(await json(0, "unlock"), { environment: name, cleared: false });
    const { changes } = await json<{ changes: Record<string, number> }>(0, "refresh");
    assert.deepEqual(Object.keys(changes), ["same"]);
    assert.deepEqual(await json(0, "probe"), { environment: name, probed: false });
    const { changes: removed } = JSON.parse((await run(0, "down", name, "--yes", "--json")).stdout) as { changes: Record<string, number> };
    assert.ok((removed["delete"] ?? 0) > 20);
    assert.deepEqual(await docker.leftovers(name), []);
    assert.deepEqual(JSON.parse((await run(0, "down", name, "--yes", "--json")).stdout), { environment: name, changes: {}, seconds: 0 });
    const { stderr } = await run(1, "--quiet", "status", name, "--json");
    assert.match((JSON.parse(stderr) as { error: { message: string } }).error.message, /up/);
  });

  async function json<T>(code: number, command: string): Promise<T> {
    return JSON.parse((await run(code, command, name, "--json")).stdout) as T;
  }

  async function passwordOf(user: string): Promise<string> {
    return (await run(0, "outputs", name, "--password-of", user)).stdout.trim();
  }

  async function statusWith(username: string, password: string): Promise<number> {
    const client = new RawClient({ ...(await clientOptions()), username, password });
    try {
      return (await client.request("GET", "/v2/", { expect: [200, 401] })).status;
    } finally {
      client.close();
    }
  }

  /** The same all the time: no test changes the CA. */
  async function clientOptions(): Promise<ClientOptions> {
    return (options ??= await commandLine.client());
  }

  async function serialNumber(): Promise<string | undefined> {
    return (await json<Status>(0, "status")).endpoints[0]?.certificate.serialNumber;
  }

  function running(): Load {
    assert.ok(load, "there is no load");
    return load;
  }

  async function nothingFails(...args: string[]): Promise<{ stdout: string }> {
    let ended = { stdout: "" };
    await assertNothingFails(running(), async () => (ended = await run(0, ...args)));
    return ended;
  }

  /** Redis's answer to somebody without a password, from inside its container. */
  async function redis(command: string): Promise<string> {
    const ca = "$(sed -n 's/^tls-ca-cert-file //p' \"$1\")";
    const client = `redis-cli --tls --cacert "${ca}" -h 127.0.0.1 $2 2>&1 || true`;
    return docker.command("exec", part("redis"), "sh", "-c", client, "sh", await redisConfiguration(), command);
  }

  async function redisConfiguration(): Promise<string> {
    return (await docker.inspect(part("redis"))).Config.Cmd?.[0] ?? "";
  }

  /** The line of the user that the nodes log in as. */
  async function redisUser(): Promise<string> {
    return docker.command("exec", part("redis"), "grep", "^user registry", await redisConfiguration());
  }
});
