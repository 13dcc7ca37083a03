import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { before, describe, it } from "node:test";
import { RawClient } from "./support/http-client";
import { plainSecrets } from "./support/plain-secrets";
import { useRegistry } from "./support/stack";

const firstPassword = `first-${randomBytes(12).toString("hex")}`;
const nextPassword = `next-${randomBytes(12).toString("hex")}`;

/** Every known secret, looked for wherever text goes that people keep, show and send around. */
describe("no secret is found in plain text", () => {
  const registry = useRegistry({
    args: { access: { users: { admin: { catalog: true }, deploy: {} } }, secrets: { passwords: { deploy: firstPassword } } },
  });
  let secrets: Set<string>;
  before(async () => {
    secrets = plainSecrets(await registry().exportSecrets());
    // What the registry logs of logins, right and wrong, is to be looked through, too.
    const { credentials } = await registry().outputs();
    for (const [user, password] of [
      [credentials.username, credentials.password],
      ["deploy", firstPassword],
      ["deploy", nextPassword],
    ] as const) {
      const client = new RawClient(await registry().client(user, password));
      await client.request("GET", "/v2/", { expect: [200, 401] });
      await client.request("GET", "/v2/secret/manifests/none", { expect: [401, 404] });
      client.close();
    }
    for (const chosen of [firstPassword, nextPassword]) secrets.add(chosen);
  });

  it("the test knows them all: generated passwords, the signing secret of uploads, hashes of passwords, private keys", async () => {
    const { credentials } = await registry().outputs();
    assert.ok(secrets.has(credentials.password));
    const count = (pattern: RegExp): number => [...secrets].filter((secret) => pattern.test(secret)).length;
    assert.ok(count(/^[A-Za-z0-9]{32,64}$/) >= 3, "passwords of admin and Redis, and the signing secret");
    assert.ok(count(/^\$2b\$/) >= 2, "hashes of both users' passwords");
    assert.ok(count(/^MHcCAQEE/) >= 3, "first lines of the keys of the CA, the server and Redis");
  });

  it("in the state", async () => {
    assertNone(await registry().exportState());
  });

  it("in what preview --diff prints of a new password, a new certificate, a new configuration", async () => {
    const printed = await registry().previewDiff((args) => ({
      ...args,
      secrets: { passwords: { deploy: nextPassword } },
      alternativeNames: ["localhost", "registry.example"],
      settings: { maxTags: 77 },
    }));
    for (const files of ["nodes-files-htpasswd", "nodes-files-secret", "balancer-files-secret"]) assert.match(printed, new RegExp(files));
    assert.match(printed, /replace/);
    assertNone(printed);
  });

  it("in what a change prints", async () => {
    const { stdout, stderr } = await registry().up((args) => ({ ...args, secrets: { passwords: { deploy: nextPassword } } }));
    for (const secret of plainSecrets(await registry().exportSecrets())) secrets.add(secret);
    assertNone(stdout + stderr);
  });

  it("in what docker inspect tells of containers, networks and volumes", async () => {
    const { docker, name } = registry();
    assertNone(await docker.inspectAll(name));
    for (const kind of ["network", "volume"]) {
      const names = (await docker.command(kind, "ls", "--quiet", "--filter", `label=ha-registry=${name}`)).trim().split("\n");
      assertNone(await docker.command(kind, "inspect", ...names));
    }
  });

  it("in the logs of all containers, the replaced ones too", async () => {
    const logs = await registry().logs.all();
    assert.ok([...logs.keys()].filter((name) => name.includes("-node-")).length >= 4, [...logs.keys()].join());
    assertNone([...logs.values()].join("\n"));
  });

  it("in the statistics and metrics of the balancer and the nodes", async () => {
    const { docker, container } = { docker: registry().docker, container: registry().container("node-1") };
    const metrics = await fetch((await registry().outputs()).metricsEndpoint);
    assert.equal(metrics.status, 200);
    assertNone(await metrics.text());
    for (const path of ["metrics", "debug/health", "debug/vars"]) {
      assertNone(await docker.command("exec", container, "wget", "-q", "-O", "-", `http://127.0.0.1:5001/${path}`));
    }
  });

  function assertNone(text: string): void {
    assert.ok(text.length > 0);
    const found = [...secrets].filter((secret) => text.includes(secret));
    assert.doesNotMatch(text, /PRIVATE KEY/);
    assert.equal(found.length, 0, `${found.length} secrets, near: ${found.map((secret) => surroundings(text, secret)).join("; ")}`);
  }
});

/** Where in a text a secret stands, without the secret. */
function surroundings(text: string, secret: string): string {
  const at = text.indexOf(secret);
  return text.slice(Math.max(0, at - 80), at).replaceAll("\n", " ");
}
