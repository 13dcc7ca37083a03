import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { definitionFiles, ensureKubernetes, type ControlPlanePrograms, type DefinitionsOf } from "ha-registry-tools";
import { makeAuthority, makeServerCertificate } from "./authority";
import { bodyOf } from "./bodies";
import { RawClient, type Answer } from "./http-client";
import { onInterrupt } from "./interrupt";
import { freePorts } from "./ports";
import { ServerProcess } from "./server-process";
import { until } from "./waiting";

/** Bound of everything that takes a few seconds on a machine with nothing else to do. */
const PATIENCE_SECONDS = 300;

/** Where all listen that nobody else needs. */
const loopback = "127.0.0.1";

/** What every Kubernetes object has, as far as tests read it. */
export interface KubernetesObject {
  metadata: { name: string; labels?: Record<string, string> };
}

/** A CronJob, as far as it is read here. */
interface CronJob extends KubernetesObject {
  spec: { jobTemplate: { metadata: { labels: Record<string, string> }; spec: object } };
}

/**
 * A Kubernetes without nodes: etcd, API server and controller manager. It admits, refuses, defaults and stores what a real
 * cluster does, and its controllers make pods of deployments and clean up after namespaces; what it does not show is a pod that runs.
 */
export class ControlPlane {
  readonly #servers: ServerProcess[] = [];
  readonly #settle: () => void;
  readonly #client: RawClient;

  private constructor(
    private readonly directory: string,
    /** Port of the API server; those of the other programs follow. */
    private readonly port: number,
    /** Certificate of the CA that the API server's is from. */
    readonly caPem: string,
    /** Token of a user who may do everything. */
    readonly token: string,
    private readonly address: string,
  ) {
    this.#client = new RawClient({ endpoint: this.endpoint, caPem, token, idleSeconds: PATIENCE_SECONDS });
    this.#settle = onInterrupt(() => this.stop());
  }

  /**
   * Starts one that is empty but for what Kubernetes itself puts there.
   *
   * @param address Address of this machine at which its API server listens. @default "127.0.0.1"
   * @param parent Directory in which its own is made. @default - that of temporary files
   * @throws {Error} with what a program printed, when it does not come up.
   */
  static async start(address = loopback, parent = os.tmpdir()): Promise<ControlPlane> {
    const programs = await ensureKubernetes(() => undefined);
    const directory = await mkdtemp(path.join(parent, "control-plane-"));
    const authority = await makeAuthority("kubernetes");
    const names = [`IP:${address}`, "DNS:localhost", "DNS:kubernetes.default.svc"];
    const { certificatePem, privateKeyPem } = await makeServerCertificate(authority, names);
    const token = randomBytes(24).toString("hex");
    const serviceAccounts = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
    });
    const plane = new ControlPlane(directory, await freePorts(4), authority.certificatePem, token, address);
    try {
      await mkdir(plane.#at("etcd"), { mode: 0o700 }); // etcd wants it private
      await plane.#write("ca.crt", authority.certificatePem);
      await plane.#write("server.crt", certificatePem);
      await plane.#write("server.key", privateKeyPem);
      await plane.#write("service-accounts.pub", serviceAccounts.publicKey);
      await plane.#write("service-accounts.key", serviceAccounts.privateKey);
      await plane.#write("tokens.csv", `${token},administrator,1,system:masters\n`);
      await plane.#write("kubeconfig", plane.kubeconfig);
      await plane.#start(programs);
    } catch (error) {
      await plane.stop();
      throw error;
    }
    return plane;
  }

  /** URL of the API server. */
  get endpoint(): string {
    return `https://${this.address}:${this.port}`;
  }

  /** What clients need to reach it as a user who may do everything, as the text of a kubeconfig file. */
  get kubeconfig(): string {
    const name = "test";
    return JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name, cluster: { server: this.endpoint, "certificate-authority-data": Buffer.from(this.caPem).toString("base64") } }],
      users: [{ name, user: { token: this.token } }],
      contexts: [{ name, context: { cluster: name, user: name } }],
      "current-context": name,
    });
  }

  /** The object at a path of the API, as `/api/v1/namespaces/default`; undefined if there is none. */
  async find<T extends KubernetesObject>(path: string): Promise<T | undefined> {
    const { status, text } = await this.#client.request("GET", path, { expect: [200, 404] });
    return status === 404 ? undefined : (JSON.parse(text) as T);
  }

  /** The objects of a list, as `/apis/apps/v1/namespaces/default/deployments`. */
  async list<T extends KubernetesObject>(path: string): Promise<T[]> {
    const { text } = await this.#client.request("GET", path, { expect: [200] });
    return (JSON.parse(text) as { items: T[] }).items;
  }

  /** The kinds of objects of a version of an API, as `/apis/apps/v1`, each with the name of its list. */
  async kinds(path: string): Promise<{ name: string; kind: string }[]> {
    const { text } = await this.#client.request("GET", path, { expect: [200] });
    const { resources } = JSON.parse(text) as { resources: { name: string; kind: string }[] };
    return resources.filter(({ name }) => !name.includes("/"));
  }

  /** Creates an object in the list at a path, whatever the API server says to it. */
  async post(path: string, object: object): Promise<Answer> {
    return this.#send("POST", path, "application/json", JSON.stringify(object), [201, 400, 403, 409, 422, 429]);
  }

  /** Deletes the object at a path. */
  async remove(path: string): Promise<void> {
    await this.#client.request("DELETE", path, { expect: [200, 202] });
  }

  /**
   * Runs at once what a CronJob runs, as `kubectl create job --from=cronjob/…` does.
   *
   * @throws {Error} when there is no such CronJob, or the API server refuses the Job.
   */
  async startJob(namespace: string, cronJobName: string, name: string): Promise<void> {
    const batch = `/apis/batch/v1/namespaces/${namespace}`;
    const cronJob = await this.find<CronJob>(`${batch}/cronjobs/${cronJobName}`);
    if (cronJob === undefined) throw new Error(`there is no CronJob ${cronJobName}`);
    const { metadata, spec } = cronJob.spec.jobTemplate;
    const job = { apiVersion: "batch/v1", kind: "Job", metadata: { name, labels: metadata.labels }, spec };
    const { status, text } = await this.post(`${batch}/jobs`, job);
    if (status !== 201) throw new Error(`the Job ${name} is refused: ${text}`);
  }

  /** Installs the CustomResourceDefinitions of a project, and returns when its custom resources are served. */
  async installDefinitions(project: DefinitionsOf): Promise<void> {
    const texts = await Promise.all((await definitionFiles(project)).map((file) => readFile(file, "utf8")));
    const documents = texts.flatMap((text) => text.split(/^---$/m));
    for (const document of documents.filter((text) => /^kind: CustomResourceDefinition$/m.test(text))) await this.#define(document);
  }

  /** Ends it, and removes all that it held. */
  async stop(): Promise<void> {
    this.#settle();
    this.#client.close();
    for (const server of this.#servers.reverse()) await server.end();
    await rm(this.directory, { recursive: true, force: true });
  }

  async #start({ etcd, apiServer, controllerManager }: ControlPlanePrograms): Promise<void> {
    const [apiPort, managerPort, etcdPort, peerPort] = [0, 1, 2, 3].map((offset) => this.port + offset) as [number, number, number, number];
    const store = `http://127.0.0.1:${etcdPort}`;
    const peer = `http://127.0.0.1:${peerPort}`;
    await this.#run("etcd", etcd, etcdPort, [
      ...["--data-dir", this.#at("etcd"), "--listen-client-urls", store, "--advertise-client-urls", store],
      ...["--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", `default=${peer}`],
      "--unsafe-no-fsync", // what it holds is worth nothing after the test
    ]);
    await this.#run("kube-apiserver", apiServer, apiPort, [
      ...["--etcd-servers", store, "--bind-address", this.address, "--secure-port", String(apiPort)],
      // It may not be a loopback one, and looking for one takes a default route; nobody goes by this one of documentation.
      ...["--advertise-address", this.address === loopback ? "192.0.2.1" : this.address],
      ...["--tls-cert-file", this.#at("server.crt"), "--tls-private-key-file", this.#at("server.key")],
      ...["--token-auth-file", this.#at("tokens.csv"), "--authorization-mode", "Node,RBAC", "--anonymous-auth=false"],
      ...["--service-account-issuer", "https://kubernetes.default.svc", "--service-account-key-file", this.#at("service-accounts.pub")],
      ...["--service-account-signing-key-file", this.#at("service-accounts.key"), "--service-cluster-ip-range", "10.96.0.0/16"],
      "--allow-privileged", // as everywhere: Pod Security alone decides
    ]);
    await this.#until("the API server is ready", async () => {
      return (await this.#client.request("GET", "/readyz", { expect: [200, 500] })).status === 200;
    });
    await this.#run("kube-controller-manager", controllerManager, managerPort, [
      ...["--kubeconfig", this.#at("kubeconfig"), "--bind-address", "127.0.0.1", "--secure-port", String(managerPort)],
      ...["--service-account-private-key-file", this.#at("service-accounts.key"), "--root-ca-file", this.#at("ca.crt")],
      ...["--cert-dir", this.#at("controller-manager"), "--leader-elect=false", "--use-service-account-credentials"],
    ]);
    // No pod is admitted before.
    await this.#until("the controllers have made the first service account", async () => {
      return (await this.find("/api/v1/namespaces/default/serviceaccounts/default")) !== undefined;
    });
  }

  async #run(name: string, program: string, port: number, args: readonly string[]): Promise<void> {
    const address = name === "kube-apiserver" ? this.address : loopback;
    this.#servers.push(await ServerProcess.start({ name, program, args, port, address, seconds: PATIENCE_SECONDS }));
  }

  /** @param definition A CustomResourceDefinition, as YAML. */
  async #define(definition: string): Promise<void> {
    const name = /^ {2}name: (\S+)$/m.exec(definition)?.[1] ?? "";
    const [, plural = "", group = ""] = /^([^.]+)\.(.+)$/.exec(name) ?? [];
    const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}?fieldManager=tests`;
    await this.#send("PATCH", path, "application/apply-patch+yaml", definition, [200, 201]);
    await this.#until(`${name} is served`, async () => {
      const { text } = await this.#client.request("GET", `/apis/${group}`, { expect: [200] });
      for (const { groupVersion } of (JSON.parse(text) as { versions: { groupVersion: string }[] }).versions) {
        const served = await this.#client.request("GET", `/apis/${groupVersion}`, { expect: [200] });
        const { resources } = JSON.parse(served.text) as { resources: { name: string }[] };
        if (resources.some((resource) => resource.name === plural)) return true;
      }
      return false;
    });
  }

  #send(method: string, path: string, type: string, text: string, expect: number[]): Promise<Answer> {
    return this.#client.request(method, path, { expect, headers: { "content-type": type }, body: bodyOf(Buffer.from(text)) });
  }

  #until(what: string, condition: () => Promise<boolean>): Promise<void> {
    return until(what, PATIENCE_SECONDS, condition);
  }

  #at(name: string): string {
    return path.join(this.directory, name);
  }

  #write(name: string, text: string): Promise<void> {
    return writeFile(this.#at(name), text, { mode: 0o600 });
  }
}
