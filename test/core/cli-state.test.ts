import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { endOrphans } from "ha-registry/dist/cli/orphans";
import { engineOf, forget } from "ha-registry/dist/cli/state";

test("a resource is on the engine of its provider", () => {
  const provider = {
    urn: "urn:p",
    id: "1",
    type: "pulumi:providers:docker",
    custom: true,
    inputs: { host: "tcp://10.0.0.12:2376", certPath: "/certificates" },
  };
  const engine = engineOf({ provider: "urn:p::1" }, [provider]);
  assert.deepEqual(engine.environment, { DOCKER_HOST: "tcp://10.0.0.12:2376", DOCKER_CERT_PATH: "/certificates", DOCKER_TLS_VERIFY: "1" });
  assert.deepEqual(engineOf({ provider: "urn:other::1" }, [provider]).environment, {});
});

test("what is forgotten is gone from the state, also as what others depend on; everything else stays as it was", async () => {
  const ciphertext = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "v1:abc" };
  const stays = { urn: "a", type: "t", custom: true, outputs: { password: ciphertext } };
  const lost = { urn: "b", type: "t", custom: true, protect: true };
  const dependent = { urn: "c", type: "t", custom: true };
  const state = (resources: object[], more: object = {}): object => ({
    version: 3,
    deployment: { manifest: { version: "v3" }, resources, ...more },
  });
  const depends = { dependencies: ["a", "b"], propertyDependencies: { image: ["b"], name: null, command: ["a"] } };
  const before = state([stays, lost, { ...dependent, ...depends }], { pending_operations: [{ type: "creating" }] });
  const depended = { dependencies: ["a"], propertyDependencies: { image: [], name: null, command: ["a"] } };
  const after = state([stays, { ...dependent, ...depended }]);
  const calls: string[] = [];
  let imported = "";
  await forget(
    {
      pulumi: (...args) => {
        calls.push(args.join(" "));
        return Promise.resolve(JSON.stringify(before));
      },
      feed: (input, ...args) => {
        calls.push(args.join(" "));
        imported = input;
        return Promise.resolve();
      },
    },
    new Set(["b"]),
  );
  assert.deepEqual(calls, ["stack export", "stack import"]);
  assert.deepEqual(JSON.parse(imported), after);
});

test("providers that outlived their engine are ended, those of other backends are not", async (t) => {
  const start = async (backend: string) => {
    const child = spawn("sh", ["-c", "echo pulumi-resource-docker > /proc/self/comm; read line"], {
      env: { ...process.env, PULUMI_BACKEND_URL: backend },
      stdio: ["pipe", "ignore", "ignore"],
    });
    t.after(() => child.kill("SIGKILL"));
    while (!readFileSync(`/proc/${child.pid}/comm`, "utf8").startsWith("pulumi-resource")) await sleep(10);
    return child;
  };
  const [ours, theirs] = [await start("file:///ours"), await start("file:///theirs")];
  const ended = once(ours, "exit");
  assert.equal(endOrphans("file:///ours"), 1);
  assert.deepEqual(await ended, [null, "SIGKILL"]);
  assert.equal(theirs.exitCode, null);
  assert.equal(theirs.signalCode, null);
});
