import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ImageName, imageTable } from "ha-registry-core";
import { DockerCli, ensureImages, ensureImagesOn, ImageSource, probe, runCommand } from "ha-registry-tools";
import { startDockerd, type Dockerd } from "ha-registry-tools/dist/docker-engine/start";
import { until } from "./support/waiting";

const silent = (): void => undefined;
const names = [ImageName.Registry, ImageName.Haproxy];
const references = names.map((name) => `${imageTable[name].repository}:${imageTable[name].tag}`);
const directory = mkdtempSync(join(tmpdir(), "engines-"));
const own = new DockerCli();
const other = new DockerCli(`unix://${directory}/docker.sock`);
const both = [
  { name: "own", docker: own },
  { name: "other", docker: other },
];

/** A daemon beside the machine's own, without a network. */
const dockerd: Dockerd = {
  host: other.dockerHost,
  pidFile: join(directory, "docker.pid"),
  execRoot: join(directory, "run"),
  args: [
    ...["--host", other.dockerHost, "--pidfile", join(directory, "docker.pid"), "--exec-root", join(directory, "run")],
    ...["--data-root", join(directory, "data"), "--bridge", "none", "--iptables=false"],
  ],
  log: join(directory, "log", "dockerd.log"),
  service: false,
};

before(async () => {
  await ensureImages({ names, report: silent });
  await startDockerd(dockerd, silent);
});

after(async () => {
  const pid = Number(readFileSync(dockerd.pidFile, "utf8"));
  process.kill(pid, "SIGTERM");
  await until("the other engine has ended", 60, async () => (await probe(other)) !== undefined);
  await runCommand("umount", [join(directory, "data")]);
  rmSync(directory, { recursive: true, force: true });
});

test("an engine that has no images gets those of another one, byte for byte", async () => {
  assert.deepEqual(await other.imageIds(references), [undefined, undefined]);
  await ensureImagesOn(both, { names, source: ImageSource.Build, report: silent });
  assert.deepEqual(await other.imageIds(references), await own.imageIds(references));
});

test("an image that is there under another name is not sent again", async () => {
  const [reference = ""] = references;
  await other.run("tag", reference, "spare:1");
  await other.run("rmi", reference);
  const told: string[] = [];
  await ensureImagesOn(both, { names, source: ImageSource.Build, report: (line) => told.push(line) });
  assert.deepEqual(await other.imageIds([reference]), await own.imageIds([reference]));
  assert.deepEqual(told, []);
});

test("where only pulling is allowed, an engine that cannot pull is told of, with every image", async () => {
  const absent = { mirror: "127.0.0.1:1/mirror" };
  await assert.rejects(
    ensureImagesOn(both, { names, images: absent, source: ImageSource.Pull, report: silent }),
    /images\.references\.registry: 127\.0\.0\.1:1\/mirror\/registry:3\.1\.2 cannot be pulled: [^]*images\.references\.haproxy: /,
  );
});

/** What this does not show is a real ssh: only what the docker command hands to it. */
test("over ssh, the options come first, and quotes in them survive", async (t) => {
  const bin = join(directory, "bin");
  const log = join(directory, "ssh.log");
  mkdirSync(bin);
  const fake = `#!/bin/sh\nprintf '%s\\n' "$@" >${log}\nwhile [ "$1" != -- ]; do shift; done\nshift 2\nDOCKER_HOST=${other.dockerHost} exec "$@"\n`;
  writeFileSync(join(bin, "ssh"), fake);
  chmodSync(join(bin, "ssh"), 0o755);
  const { PATH, HA_REGISTRY_CACHE } = process.env;
  Object.assign(process.env, { PATH: `${bin}:${PATH ?? ""}`, HA_REGISTRY_CACHE: join(directory, "cache") });
  t.after(() => {
    process.env["PATH"] = PATH;
    if (HA_REGISTRY_CACHE === undefined) delete process.env["HA_REGISTRY_CACHE"];
    else process.env["HA_REGISTRY_CACHE"] = HA_REGISTRY_CACHE;
  });
  const remote = new DockerCli({ dockerHost: "ssh://deploy@10.0.0.11", sshOptions: ["-i", "/home/o'neil/key"] });
  assert.deepEqual(await remote.imageIds(references), await own.imageIds(references));
  const told = readFileSync(log, "utf8").split("\n");
  assert.deepEqual(told.slice(0, 2), ["-i", "/home/o'neil/key"]);
  assert.ok(told.includes("10.0.0.11"));
});
