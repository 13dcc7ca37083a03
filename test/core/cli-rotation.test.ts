import assert from "node:assert/strict";
import { test } from "node:test";
import { AccessMode } from "ha-registry-core";
import { ExitCode, Failure } from "ha-registry/dist/cli/exit";
import { checkRotation, planRotation, Rotation, type RotationScope } from "ha-registry/dist/cli/rotation";
import { types, type StateResource } from "ha-registry/dist/cli/state";
import type { StackConfig } from "ha-registry/dist/schema/stack-config";

const secure = { secure: "v1:x" };
const users = { access: { users: { admin: { catalog: true }, ci: {} } } };

/** What is wrong, or undefined when the rotation is let through. */
function refusal(rotation: Rotation, scope: RotationScope, config: StackConfig): string | undefined {
  try {
    checkRotation("prod", rotation, scope, config);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof Failure);
    assert.equal(error.exitCode, ExitCode.WrongUse);
    assert.equal(error.problems.length, 1);
    return error.message;
  }
}

test("what the stack file gives is refused, with what to do instead", () => {
  const both = { admin: secure, ci: secure };
  assert.match(
    refusal(Rotation.Passwords, { user: "ci" }, { registry: users, secrets: { passwords: { ci: secure } } }) ?? "",
    /secret prod passwords\.ci/,
  );
  assert.match(refusal(Rotation.Passwords, {}, { registry: users, secrets: { passwords: both } }) ?? "", /secret prod passwords\.admin/);
  assert.match(refusal(Rotation.Passwords, { user: "bob" }, { registry: users }) ?? "", /no user bob: there are admin, ci/);
  const token = { access: { mode: AccessMode.Token, token: { realm: "https://t", service: "s", issuer: "i" } } };
  assert.match(refusal(Rotation.Passwords, {}, { registry: token }) ?? "", /keeps no passwords/);
  assert.match(refusal(Rotation.Certificates, {}, { registry: { trust: { certificatePem: "PEM" } } }) ?? "", /secret prod privateKeyPem/);
  assert.match(
    refusal(Rotation.Redis, {}, { registry: { redis: { external: { addresses: ["r:6379"] } } } }) ?? "",
    /secret prod redisPassword/,
  );
  assert.match(refusal(Rotation.Redis, {}, { registry: { redis: { enabled: false } } }) ?? "", /there is none/);
});

test("what is generated is let through, also beside what is given", () => {
  assert.equal(refusal(Rotation.Passwords, {}, { registry: users, secrets: { passwords: { ci: secure } } }), undefined);
  assert.equal(refusal(Rotation.Passwords, { user: "admin" }, { registry: users, secrets: { passwords: { ci: secure } } }), undefined);
  assert.equal(refusal(Rotation.Certificates, { inner: true }, { registry: { trust: { certificatePem: "PEM" } } }), undefined);
  assert.equal(refusal(Rotation.Redis, {}, {}), undefined);
});

function resource(component: string, type: string, name: string, key?: string): StateResource {
  const urn = `urn:pulumi:prod::ha-registry::ha-registry-docker:index:Registry$ha-registry-docker:index:${component}$${type}::${name}`;
  return { urn, type, custom: true, ...(key === undefined ? {} : { propertyDependencies: { privateKeyPem: [key] } }) };
}

const state = [
  resource("Certificates", types.privateKey, "prod-certificates-ca"),
  resource("Certificates", types.caCertificate, "prod-certificates-ca", "key:ca"),
  resource("Certificates", types.certificateRequest, "prod-certificates-server", "key:server"),
  resource("Access", types.password, "prod-access-admin"),
  resource("Access", types.password, "prod-access-ci.bot"),
  resource("Redis", types.password, "prod-redis"),
  resource("Redis", types.certificateRequest, "prod-redis", "key:redis"),
  resource("RedisSentinels", types.certificateRequest, "prod-sentinel-1", "key:sentinel"),
  resource("RegistryNodes", types.password, "prod-nodes-http-secret"),
  resource("Garage", types.privateKey, "prod-garage-1"),
];

test("a rotation is of the keys and passwords that it is about, and of no identity", () => {
  const plan = (rotation: Rotation, scope: RotationScope = {}) => {
    const { urns, users: told, certificates } = planRotation(rotation, scope, "prod", state);
    return { urns: urns.map((urn) => urn.split("::").at(-1)), users: told, certificates };
  };
  assert.deepEqual(plan(Rotation.Certificates).urns, ["key:server", "key:redis", "key:sentinel"]);
  assert.deepEqual(plan(Rotation.Certificates, { inner: true }).urns, ["key:redis", "key:sentinel"]);
  assert.deepEqual(plan(Rotation.Certificates, { ca: true }).urns, ["key:server", "key:redis", "key:sentinel", "key:ca"]);
  assert.deepEqual(plan(Rotation.Redis).urns, ["prod-redis", "key:redis", "key:sentinel"]);
  assert.deepEqual(plan(Rotation.Passwords).users, ["admin", "ci.bot"]);
  assert.deepEqual(plan(Rotation.Passwords, { user: "ci.bot" }).urns, ["prod-access-ci.bot"]);
  assert.deepEqual(planRotation(Rotation.Passwords, {}, "prod", []).urns, []);
});
