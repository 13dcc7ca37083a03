import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { resolveTopology } from "ha-registry-core";
import type { AuditEvent } from "ha-registry/dist/cli/audit";
import { AuditLog } from "./support/audit-log";
import { BodyFamily, smallBytes } from "./support/bodies";
import { prepareClients, type Clients } from "./support/clients";
import { EventLoad } from "./support/event-load";
import { manifestType, RawClient, type ClientOptions } from "./support/http-client";
import { makeImage } from "./support/images";
import { freePorts } from "./support/ports";
import { HttpReceiver, SyslogReceiver } from "./support/receivers";
import { startRegistry, type RegistryStack } from "./support/stack";
import { until } from "./support/waiting";

const ci = { username: "ci", password: "the password of ci" };
const search = { username: "audit", password: `a $word with "quotes" and \\ and '` };

/** How soon an event is in the log, or where it is forwarded to, seconds. */
const ARRIVAL_SECONDS = 60;

/**
 * One registry with audit log, naming rule and a receiver of events. What plays Elasticsearch, Loki and a syslog server takes what it gets: that the
 * real ones do, too, is not proved; their formats are held against what their documentation says.
 */
describe("audit log, naming and webhooks", () => {
  const layers = new BodyFamily(smallBytes, 91);
  let directory: string;
  let registry: RegistryStack;
  let log: AuditLog;
  let options: ClientOptions;
  let client: RawClient;
  let clients: Clients | undefined;
  let syslog: SyslogReceiver;
  let elasticsearch: HttpReceiver;
  let loki: HttpReceiver;
  let webhook: HttpReceiver;
  /** When the collector was killed: what was on its way to a syslog server then, is lost there. */
  const killing = { from: "", to: "" };
  before(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), "audit-"));
    const port = await freePorts(4);
    syslog = new SyslogReceiver(port);
    elasticsearch = new HttpReceiver(port + 1, { status: 200, body: '{"errors":false,"items":[]}' });
    loki = new HttpReceiver(port + 2, { status: 204 });
    webhook = new HttpReceiver(port + 3, { status: 200 });
    for (const receiver of [syslog, elasticsearch, loki, webhook]) await receiver.start();
    registry = await startRegistry({ args: { audit: {} } });
    log = new AuditLog(registry);
    const { gateway } = resolveTopology(registry.name, {}).network;
    await registry.up((args) => ({
      ...args,
      access: { users: { admin: { catalog: true }, [ci.username]: {} } },
      audit: {
        forward: {
          syslog: { server: `${gateway}:${syslog.port}`, tls: false },
          elasticsearch: { url: `http://${gateway}:${elasticsearch.port}`, username: search.username },
          loki: { url: `http://${gateway}:${loki.port}`, tenant: "platform" },
        },
      },
      naming: { exempt: ["free/*"], hint: "see the platform's guide" },
      settings: { notifications: { hook: { url: `http://${gateway}:${webhook.port}/events`, threshold: 1, backoffSeconds: 1 } } },
      secrets: { passwords: { [ci.username]: ci.password }, auditElasticsearchPassword: search.password },
    }));
    options = await registry.client(ci.username, ci.password);
    client = new RawClient(options);
  });
  after(async () => {
    client.close();
    await clients?.remove();
    for (const receiver of [syslog, elasticsearch, loki, webhook]) await receiver.stop();
    await rm(directory, { recursive: true, force: true });
    assert.deepEqual(await registry.down(), []);
  });

  it("each action is one event, with who, what and with what result", async () => {
    const layer = layers.body(1);
    const digest = client.manifestDigest(layer);
    await client.pushConfig("team/app");
    await client.pushBlob("team/app", layer);
    await client.pushManifest("team/app", "shop-dev-1", layer);
    await client.request("HEAD", "/v2/team/app/manifests/shop-dev-1", { expect: [200], headers: { accept: manifestType } }); // tells no more than that it is there
    await client.pullManifest("team/app", "shop-dev-1");
    await client.pullManifest("team/app", digest);
    await client.pullBlob("team/app", layer.digest);
    await client.request("GET", "/v2/team/app/tags/list", { expect: [200] });
    await client.request("GET", "/v2/team/app/manifests/shop-dev-2", { expect: [404] });
    await client.request("POST", `/v2/team/other/blobs/uploads/?mount=${layer.digest}&from=team/app`, { expect: [201] });
    await client.request("POST", `/v2/team/other/blobs/uploads/?mount=${layers.body(2).digest}&from=team/app`, { expect: [202] });
    await client.request("DELETE", `/v2/team/app/manifests/${digest}`, { expect: [202] });
    await client.request("GET", "/v2/_catalog", { expect: [403] });

    const config = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"; // of {}
    await expectEvents({ user: ci.username }, [
      ["push-blob", "done", 201, "team/app", config],
      ["push-blob", "done", 201, "team/app", layer.digest],
      ["push", "done", 201, "team/app", "shop-dev-1"],
      ["pull", "done", 200, "team/app", "shop-dev-1"],
      ["pull", "done", 200, "team/app", digest],
      ["pull-blob", "done", 200, "team/app", layer.digest],
      ["list", "done", 200, "team/app", ""],
      ["pull", "missing", 404, "team/app", "shop-dev-2"],
      ["mount", "done", 201, "team/other", layer.digest],
      ["delete", "done", 202, "team/app", digest],
      ["list", "refused", 403, "", ""],
    ]);
    const lines = (await log.lines()).map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.equal(new Set(lines.map(({ id }) => id)).size, lines.length);
    for (const { time, client: address, node, bytes_sent: sent } of lines.slice(0, 9)) {
      assert.ok(Math.abs(Date.parse(String(time)) - Date.now()) < 3_600_000, String(time));
      assert.match(String(address), /^\d+\.\d+\.\d+\.\d+$/);
      assert.match(String(node), /^node-[12]$/);
      assert.ok(Number(sent) > 0);
    }
  });

  it("so is a refused login, and the invitation to log in is none", async () => {
    const before = (await log.events()).length;
    for (const login of [
      { username: ci.username, password: "a wrong password" },
      { username: "nobody\n{", password: "another one" },
    ]) {
      for (const target of ["/v2/", "/v2/team/app/manifests/shop-dev-1"]) await once({ ...options, ...login }, target, 401);
    }
    const { endpoint, caPem } = options;
    await once({ endpoint, caPem }, "/v2/team/app/manifests/shop-dev-1", 401);
    await once(options, "/v2/team/app/manifests/shop-dev-3", 404); // the last: when it is there, so is all before it
    await until(
      "the last event is there",
      ARRIVAL_SECONDS,
      async () => (await log.events({ action: "pull" })).at(-1)?.reference === "shop-dev-3",
    );
    const events = (await log.events())
      .slice(before)
      .map(({ action, result, status, user, repository }) => [action, result, status, user, repository]);
    assert.deepEqual(events, [
      ["login-refused", "refused", 401, "ci", ""],
      ["login-refused", "refused", 401, "ci", "team/app"],
      ["login-refused", "refused", 401, "nobody??", ""],
      ["login-refused", "refused", 401, "nobody??", "team/app"],
      ["pull", "missing", 404, "ci", "team/app"],
    ]);
  });

  it("a push under a name that does not fit is refused, and docker says what is expected", async () => {
    const { authority, caCertificatePem } = await registry.outputs();
    await clients?.remove();
    clients = await prepareClients(directory, { authority, caCertificatePem, credentials: ci });
    const image = await makeImage(path.join(directory, "image"), smallBytes, 92);
    await clients.docker.login();
    await clients.skopeo.login();
    const expected =
      /a tag is <project>-<environment>-<version>, as shop-dev-1\.4\.2, with one of dev, test, staging, prod; see the platform's guide/;
    for (const each of [clients.docker, clients.skopeo]) await assert.rejects(each.push(image, "team/named:latest"), expected);
    for (const name of ["team/named:shop-prod-1.4.2", "team/named:web-shop-test-v2", "free/named:latest"])
      await clients.docker.push(image, name);
    // Signatures are found under the digest that they are for; and nobody is kept from asking for a name that does not fit.
    await clients.skopeo.push(image, `team/named:sha256-${"a".repeat(64)}.sig`);
    await clients.docker.pull("free/named:latest");
    await client.request("GET", "/v2/team/named/manifests/latest", { expect: [404] });
    const refused = async (): Promise<boolean> =>
      (await log.events({ action: "push", repository: "team/named" })).some(
        (event) => event.reference === "latest" && event.status === 400,
      );
    await until("the refusal is an event", ARRIVAL_SECONDS, refused);
  });

  it("receivers of events get pushes and deletions, also those of the time when they were away", async () => {
    const digest = await pushOne("free/hooked", 10);
    await untilHooked("push", digest);
    await webhook.stop();
    const missed = await pushOne("free/hooked", 11);
    await client.request("DELETE", `/v2/free/hooked/manifests/${digest}`, { expect: [202] });
    await webhook.start();
    await untilHooked("push", missed);
    await untilHooked("delete", digest);
  });

  it("no event is lost when the collector is killed and HAProxy is rolled under load", async () => {
    await untilAll("the syslog server", await log.lines(), syslogLines);
    killing.from = new Date().toISOString();
    const load = new EventLoad(await registry.client("admin")); // whose password is generated, and quick to check
    await until("the load runs", ARRIVAL_SECONDS, async () => load.answered.size > 50);
    for (let times = 0; times < 3; times++) await registry.docker.crash(registry.container("audit"), ARRIVAL_SECONDS);
    await registry.up((args) => ({ ...args, loadBalancer: { ...args.loadBalancer, timeouts: { keepAliveSeconds: 20 } } }));
    await registry.docker.crash(registry.container("audit"), ARRIVAL_SECONDS);
    await load.end();
    killing.to = new Date().toISOString();
    assert.ok(load.answered.size > 500, `${load.answered.size} requests`);
    const logged = async (): Promise<string[]> => (await log.events({ repository: "free/load" })).map(({ reference }) => reference);
    await until("the last request is logged", ARRIVAL_SECONDS, async () => (await logged()).includes(load.last));
    const references = await logged();
    assert.deepEqual(
      [...load.answered].filter((reference) => !references.includes(reference)),
      [],
    );
    assert.equal(new Set(references).size, references.length, "some event is there twice");
    // Who got no answer may have asked all the same.
    assert.ok(references.length <= load.answered.size + load.failures.length);
    assert.deepEqual(load.failures, []);
    assert.deepEqual(await log.verify(), []);
  });

  it("every event and every seal is forwarded, also what came while a target was away", async () => {
    await elasticsearch.stop();
    await once(options, "/v2/team/app/manifests/shop-dev-4", 404);
    await until("it is written", ARRIVAL_SECONDS, async () => (await log.events({ action: "pull" })).at(-1)?.reference === "shop-dev-4");
    await elasticsearch.start();
    await log.verify();
    const written = [...(await log.lines()), ...(await log.run("cat /audit/seals/*")).split("\n")];
    await untilAll("Elasticsearch", written, () => bulkLines(elasticsearch).map(({ line }) => line));
    await untilAll("Loki", written, () => lokiLines(loki));
    const acknowledged = written.filter((line) => {
      const { time } = JSON.parse(line) as { time: string };
      return time < killing.from || time > killing.to;
    });
    assert.ok(acknowledged.length > 30);
    await untilAll("the syslog server", acknowledged, syslogLines);
    for (const lines of [bulkLines(elasticsearch).map(({ line }) => line), lokiLines(loki), syslogLines()])
      assert.deepEqual(
        lines.filter((line) => !written.includes(line)),
        [],
        "something came that is not in the log",
      );

    const [bulk] = elasticsearch.received;
    assert.equal(bulk?.path, "/_bulk");
    assert.equal(bulk.headers.authorization, `Basic ${Buffer.from(`${search.username}:${search.password}`).toString("base64")}`);
    for (const { index, line } of bulkLines(elasticsearch)) {
      const { id, seal, time } = JSON.parse(line) as { id?: string; seal?: number; time: string };
      assert.deepEqual(index, {
        _index: `ha-registry-audit-${time.slice(0, 10).replaceAll("-", ".")}`,
        _id: id ?? `seal-${registry.name}-${seal}`,
      });
    }
    assert.equal(loki.received[0]?.path, "/loki/api/v1/push");
    assert.equal(loki.received[0]?.headers["x-scope-orgid"], "platform");
    assert.match(syslog.messages[0] ?? "", new RegExp(`^<37>1 \\d{4}-\\d\\d-\\d\\dT\\S+ ${registry.name} ha-registry-audit - - `));
  });

  it("verify names what was altered, cut off or taken out", async () => {
    const [file = ""] = (await log.run("ls /audit/events")).split("\n");
    const events = `/audit/events/${file}`;
    const seals = `/audit/seals/${file.slice(0, 10)}.jsonl`;
    const size = Number(await log.run(`stat -c %s ${events}`));
    await log.run(`cp ${events} /audit/events.kept; cp ${seals} /audit/seals.kept`);
    const after = async (change: string): Promise<{ file: string; from?: number; to?: number; message: string }[]> => {
      await log.run(change);
      const found = await log.verify();
      await log.run(`cat /audit/events.kept > ${events}; cat /audit/seals.kept > ${seals}`);
      return found;
    };

    const [altered, ...others] = await after(`printf X | dd of=${events} bs=1 seek=1000 conv=notrunc`);
    assert.deepEqual([altered?.file, altered?.message, others.length], [`events/${file}`, "was altered", 0]);
    assert.ok((altered?.from ?? 0) <= 1000 && (altered?.to ?? 0) > 1000 && (altered?.to ?? 0) < size, JSON.stringify(altered));

    const [cut] = await after(`truncate -s ${size - 100} ${events}`);
    assert.deepEqual(cut, { file: `events/${file}`, from: size - 100, to: size, message: "was cut off" });

    const removed = await after(`sed -i 5d ${events}`);
    assert.ok(removed.length > 1 && removed.some(({ message }) => message === "was cut off"), JSON.stringify(removed));

    assert.deepEqual(await after(`rm ${events}`), [{ file: `events/${file}`, from: 0, to: size, message: "was removed" }]);

    const [taken] = await after(`sed -i 2d ${seals}`);
    assert.match(taken?.message ?? "", /^seals 2 to 2 were taken out$/);
    const [resealed] = await after(`sed -i '2s/"to":\\([0-9]*\\)/"to":\\10/' ${seals}`);
    assert.match(JSON.stringify(resealed), /seal 2/);
    assert.deepEqual(await log.verify(), []);

    // A file that was cut is evidence: the log goes on in another one, and the finding stays.
    await log.run(`truncate -s ${size - 100} ${events}`);
    await once(options, "/v2/team/app/manifests/shop-dev-5", 404);
    await until("it is written", ARRIVAL_SECONDS, async () => (await log.events({ action: "pull" })).at(-1)?.reference === "shop-dev-5");
    assert.deepEqual(await log.verify(), [{ file: `events/${file}`, from: size - 100, to: size, message: "was cut off" }]);
  });

  it("no credential is in the log, in what is forwarded, or in what the collector says", async () => {
    const places = {
      log: (await log.lines()).join("\n"),
      syslog: syslog.messages.join("\n"),
      search: elasticsearch.received.map(({ body }) => body).join("\n"),
      collector: await registry.docker.logs(registry.container("audit")),
      inspect: await registry.docker.inspectAll(registry.name),
    };
    const basic = Buffer.from(`${ci.username}:${ci.password}`).toString("base64");
    for (const [place, text] of Object.entries(places)) {
      for (const secret of [ci.password, "a wrong password", "another one", basic, search.password, "Authorization", "Bearer "])
        assert.ok(!text.includes(secret), `${secret} is in ${place}`);
    }
    assert.ok(places.log.includes("login-refused") && places.search.includes("login-refused"));
  });

  it("a pull goes on without a collector", async () => {
    await registry.docker.command("stop", registry.container("audit"));
    await client.pullManifest("team/named", "shop-prod-1.4.2");
    await registry.docker.command("start", registry.container("audit"));
    await until(
      "it is written later",
      ARRIVAL_SECONDS,
      async () => (await log.events({ action: "pull" })).at(-1)?.reference === "shop-prod-1.4.2",
    );
  });

  async function untilAll(name: string, expected: string[], lines: () => string[]): Promise<void> {
    await until(`${name} has all of it`, ARRIVAL_SECONDS, async () => {
      const come = new Set(lines());
      const missing = expected.filter((line) => !come.has(line));
      if (missing.length > 0) throw new Error(`${missing.length} lines are missing, the first is ${missing[0]}`);
      return true;
    });
  }

  function syslogLines(): string[] {
    return syslog.messages.map((message) => message.slice(message.indexOf("{")).trimEnd()); // syslog-ng ends them with a line break
  }

  async function once(login: ClientOptions, target: string, status: number): Promise<void> {
    const other = new RawClient(login);
    await other.request("GET", target, { expect: [status] }).finally(() => other.close());
  }

  async function pushOne(repository: string, number: number): Promise<string> {
    await client.pushConfig(repository);
    await client.pushBlob(repository, layers.body(number));
    return client.pushManifest(repository, String(number), layers.body(number));
  }

  async function untilHooked(action: string, digest: string): Promise<void> {
    await until(`${action} of ${digest} is posted`, ARRIVAL_SECONDS, async () =>
      webhook.received.some(({ path: target, body }) => {
        const { events } = JSON.parse(body) as { events: { action: string; target: { digest: string } }[] };
        return target === "/events" && events.some((event) => event.action === action && event.target.digest === digest);
      }),
    );
  }

  async function expectEvents(filter: { user: string }, expected: unknown[][]): Promise<void> {
    const compared = ({ action, result, status, repository, reference }: AuditEvent): unknown[] => [
      action,
      result,
      status,
      repository,
      reference,
    ];
    await until("all events are there", ARRIVAL_SECONDS, async () => (await log.events(filter)).length >= expected.length);
    assert.deepEqual((await log.events(filter)).map(compared), expected);
  }
});

function bulkLines({ received }: HttpReceiver): { index: unknown; line: string }[] {
  return received.flatMap(({ body }) => {
    assert.ok(body.endsWith("\n"), "the bulk API wants a line break at the end");
    const lines = body.slice(0, -1).split("\n");
    return lines.flatMap((line, position) =>
      position % 2 === 1 ? [{ index: (JSON.parse(lines[position - 1] ?? "") as { index: unknown }).index, line }] : [],
    );
  });
}

function lokiLines({ received }: HttpReceiver): string[] {
  return received.flatMap(({ body }) => {
    const { streams } = JSON.parse(body) as { streams: { stream: Record<string, string>; values: [string, string][] }[] };
    return streams.flatMap(({ stream, values }) => {
      assert.equal(stream["job"], "ha-registry-audit");
      return values.map(([time, line]) => {
        const own = Date.parse((JSON.parse(line) as { time: string }).time);
        assert.ok(Math.abs(Number(time) / 1e6 - own) < 1000, `${time} is not the time of ${line}`);
        return line;
      });
    });
  });
}
