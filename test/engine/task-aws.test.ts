import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import https from "node:https";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { after, before, test } from "node:test";
import type { RegistryArgs } from "ha-registry-aws";
import { makeAuthority, makeServerCertificate, type KeyPair } from "./support/authority";
import { AwsTask } from "./support/aws-task";
import { prepareClients, type Clients } from "./support/clients";
import { docker } from "./support/docker";
import { makeImage, type TestImage } from "./support/images";
import { freshName } from "./support/names";
import { until } from "./support/waiting";

// A task of the nodes on AWS, run here exactly as its definition has it. Two things are other than there: its blobs are in memory, since there is no S3 to reach, and
// what stands for the Network Load Balancer is an HAProxy that does as one does. Not shown: that Fargate runs containers as Docker does.

const args: RegistryArgs = {
  region: "eu-central-1",
  hostname: "registry.corp.example",
  redis: { enabled: false },
  loadBalancer: { allowedAddressRanges: ["192.0.2.0/24"] },
  nodes: { drainSeconds: 60 },
  settings: { extraConfig: "storage: { s3: null, filesystem: { rootdirectory: /dev/shm/store } }" },
};

const MIB = 1024 * 1024;

let directory: string;
let authority: KeyPair;
let task: AwsTask;
let clients: Clients;
let image: TestImage;

before(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), "task-aws-"));
  authority = await makeAuthority("load balancer");
  const shown = await makeServerCertificate(authority, ["IP:127.0.0.1"]);
  task = await AwsTask.start(freshName("t"), args, shown, shown);
  clients = await prepareClients(directory, {
    authority: await task.authority(),
    caCertificatePem: authority.certificatePem,
    credentials: task.credentials,
  });
  image = await makeImage(path.join(directory, "image"), 32 * MIB, 1);
  await until(
    "the load balancer answers",
    30,
    async () =>
      await clients.regctl.login().then(
        () => true,
        () => false,
      ),
  );
});

after(async () => {
  await clients?.remove();
  await task?.remove();
  if (directory !== undefined) await rm(directory, { recursive: true, force: true });
});

test("an image goes in and comes out, through load balancer, HAProxy and registry", async () => {
  await clients.regctl.push(image, "team/app:1");
  assert.equal(await clients.regctl.pull("team/app:1"), image.digest);
});

test("HAProxy knows the client's address, though it is the load balancer that connects", async () => {
  const lines = (await docker.logs(task.of("haproxy"))).split("\n").filter((line) => line.includes("/v2/team/app/manifests/1"));
  assert.ok(lines.length > 0, "no request was logged");
  for (const line of lines) assert.ok(!line.includes('"127.0.0.1"'), line);
});

test("no secret stays in the environment of a program", async () => {
  for (const name of ["registry", "haproxy"]) assert.doesNotMatch(await task.environmentOf(name), /HA_REGISTRY_FILE/);
});

test("HAProxy that is told to stop takes no new connection, and lets a transfer under way finish", async () => {
  assert.equal(await task.health(), 200);
  const layer = await firstLayer();
  const slow = download(`/v2/team/app/blobs/${layer}`, true);
  await slow.begun;
  const stopped = task.stop("haproxy");
  await sleep(1000);
  await assert.rejects(download("/v2/", false).size);
  slow.goOn();
  assert.ok((await slow.size) >= 32 * MIB, "the layer came short");
  await stopped;
  await docker.command("start", task.of("haproxy"));
  await task.untilHealthy("haproxy");
});

test("the load balancer hears of a registry that is lost", async () => {
  await docker.command("kill", task.of("registry"));
  // The network goes with its first container here; on Fargate the task would, since both are essential.
  await assert.rejects(task.health());
});

async function firstLayer(): Promise<string> {
  const { layers } = JSON.parse(await get("/v2/team/app/manifests/1")) as { layers: { digest: string }[] };
  return layers[0]?.digest ?? "";
}

const accept = { Accept: "application/vnd.oci.image.manifest.v1+json" };

async function options(where: string): Promise<https.RequestOptions> {
  const { username, password } = task.credentials;
  const [host, port] = (await task.authority()).split(":");
  return { host, port, path: where, ca: authority.certificatePem, auth: `${username}:${password}`, headers: accept, agent: false };
}

async function get(where: string): Promise<string> {
  const wanted = await options(where);
  return new Promise((resolve, reject) => {
    const request = https.get(wanted, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.on("end", () => resolve(text));
      response.on("error", reject);
    });
    request.on("error", reject);
  });
}

/** A download that, if `waits`, stops reading after its first bytes until it is told to go on. */
function download(where: string, waits: boolean): { begun: Promise<void>; goOn: () => void; size: Promise<number> } {
  let goOn = (): void => undefined;
  let begin = (): void => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const size = options(where).then(
    (wanted) =>
      new Promise<number>((resolve, reject) => {
        const request = https.get(wanted, (response) => {
          let bytes = 0;
          response.on("data", (chunk: Buffer) => (bytes += chunk.length));
          response.on("end", () => (response.complete ? resolve(bytes) : reject(new Error("cut off"))));
          response.on("error", reject);
          if (waits)
            response.once("data", () => {
              response.pause();
              goOn = () => void response.resume();
              begin();
            });
        });
        request.setTimeout(20_000, () => request.destroy(new Error("no answer")));
        request.on("error", reject);
      }),
  );
  return { begun, goOn: () => goOn(), size };
}
