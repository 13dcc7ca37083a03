import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { makeAuthority, makeClientCertificate, makeServerCertificate } from "../engine/support/authority";
import { BodyFamily, smallBytes } from "../engine/support/bodies";
import { CommandLine } from "../engine/support/command-line";
import { RawClient } from "../engine/support/http-client";
import { freshName } from "../engine/support/names";
import { S3Server } from "../engine/support/s3-server";
import { Lan } from "./support/lan";
import { Machine } from "./support/machine";
import { SshServer } from "./support/ssh-server";

/** The port of a Docker Engine with TLS. */
const ENGINE_PORT = 2376;

/** One host is reached by ssh, one by TCP with TLS: what crosses the network is what a real one would carry. */
describe("Docker Engines of other machines", () => {
  const name = freshName("r");
  const layer = new BodyFamily(smallBytes, 12).body(1);
  const machines: Machine[] = [];
  let commandLine: CommandLine;
  let directory = "";
  let lan: Lan | undefined;
  let store: S3Server | undefined;
  let ssh: SshServer | undefined;

  before(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), "remote-"));
    commandLine = new CommandLine(name);
    const network = (lan = await Lan.make());
    const authority = await makeAuthority("engine CA");
    const engine = await makeServerCertificate(authority, [`IP:${network.address(12)}`]);
    const client = await makeClientCertificate(authority, "deployer");
    const files = {
      "ca.pem": authority.certificatePem,
      "server.pem": engine.certificatePem,
      "server-key.pem": engine.privateKeyPem,
      "cert.pem": client.certificatePem,
      "key.pem": client.privateKeyPem,
    };
    for (const [file, text] of Object.entries(files)) await writeFile(path.join(directory, file), text, { mode: 0o600 });
    const tls = ["--tlsverify", "--tlscacert", "ca.pem", "--tlscert", "server.pem", "--tlskey", "server-key.pem"];
    const dockerd = [
      ...tls.map((word) => (word.startsWith("--") ? word : path.join(directory, word))),
      ...["--host", `tcp://${network.address(12)}:${ENGINE_PORT}`],
    ];
    machines.push(await Machine.start(network, 11), await Machine.start(network, 12, { dockerd }));
    const [bySsh, byTls] = machines;
    assert.ok(bySsh && byTls);
    ssh = await SshServer.start(bySsh);
    store = await S3Server.start(network.gateway);
    commandLine.configure({
      hostname: bySsh.address,
      hosts: {
        first: { dockerHost: `ssh://root@${bySsh.address}`, address: bySsh.address, sshOptions: ssh.options },
        second: { dockerHost: `tcp://${byTls.address}:${ENGINE_PORT}`, address: byTls.address, certificatesPath: directory },
      },
      nodes: { drainSeconds: 5 },
      objectStore: { s3: { bucket: store.bucket, endpoint: store.endpoint, forcePathStyle: true } },
      trust: { s3CaPem: store.caPem },
    });
    await commandLine.secret("s3AccessKey", store.accessKey);
    await commandLine.secret("s3SecretKey", store.secretKey);
  });
  after(async () => {
    for (const machine of machines) await machine.end();
    await ssh?.end();
    await lan?.remove();
    await store?.stop();
    commandLine.end();
    await rm(directory, { recursive: true, force: true });
  });

  it("are given images and a registry", async () => {
    await commandLine.run(0, "up", name);
    for (const { docker } of machines) assert.deepEqual(await docker.broken(name), []);
  });

  it("serve it, and a second preview changes nothing", async () => {
    const client = new RawClient(await commandLine.client());
    await client.pushConfig("remote");
    await client.pushBlob("remote", layer);
    const digest = await client.pushManifest("remote", "1", layer);
    assert.equal((await client.pullManifest("remote", "1")).digest, digest);
    assert.equal(await client.pullBlob("remote", layer.digest), layer.size);
    client.close();
    const { stdout } = await commandLine.run(0, "preview", name, "--json");
    assert.deepEqual((JSON.parse(stdout) as { changes: unknown[] }).changes, []);
  });

  it("keep nothing of it after down", async () => {
    await commandLine.run(0, "down", name, "--yes");
    for (const { docker } of machines) assert.deepEqual(await docker.leftovers(name), []);
  });
});
