import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { ensureClients } from "ha-registry-tools";
import { ImageCopier } from "./image-copier";
import { fileDigest, type TestImage } from "./images";
import { runProgram } from "./program";

/** Where the clients log in, and as whom. */
export interface Login {
  /** `host:port`. */
  authority: string;
  caCertificatePem: string;
  credentials: { username: string; password: string };
  /** Certificate that docker and skopeo show the registry. @default - none */
  clientCertificate?: { certificatePem: string; privateKeyPem: string };
}

/** A registry client that people use. Names are `repository:tag`, without the registry's own. */
export interface Client {
  readonly name: string;
  /** Logs in; it fails when the registry refuses the password. */
  login(): Promise<void>;
  /** Sends an image; returns the digest of its manifest. */
  push(image: TestImage, name: string): Promise<string>;
  /** Fetches all of an image, digests checked as the client does it; returns the digest of its manifest. */
  pull(name: string): Promise<string>;
}

/** The clients, each with a configuration of its own in one directory, so that nothing of the person who runs the test is touched. */
export interface Clients {
  docker: Client;
  crane: Client;
  regctl: Client;
  skopeo: Client;
  /** regctl's library in one process that does many operations at a time: for loads of thousands. Ends with {@link Clients.remove}. */
  regclient: Client;
  /** Takes back what had to be put outside the directory. */
  remove(): Promise<void>;
}

/** Where dockerd looks for the CA of a registry. */
const DOCKER_CERTIFICATES = "/etc/docker/certs.d";

/**
 * Prepares the clients to trust the registry; nobody is logged in yet. The Docker Engine gets the CA into /etc/docker until `remove`.
 *
 * @param directory Where configurations and pulled images are put.
 */
export async function prepareClients(directory: string, login: Login): Promise<Clients> {
  const { crane, regctl, imageCopier, skopeo } = await ensureClients(() => undefined);
  const certificates = path.join(directory, "certificates");
  const engineCertificates = path.join(DOCKER_CERTIFICATES, login.authority);
  for (const place of [certificates, engineCertificates]) {
    await mkdir(place, { recursive: true });
    await writeFile(path.join(place, "ca.crt"), login.caCertificatePem);
    if (login.clientCertificate === undefined) continue;
    await writeFile(path.join(place, "client.cert"), login.clientCertificate.certificatePem);
    await writeFile(path.join(place, "client.key"), login.clientCertificate.privateKeyPem, { mode: 0o600 });
  }
  const context: Context = { directory, certificates, ...login };
  const copier = new ImageCopier(imageCopier, login);
  return {
    docker: dockerClient(context),
    crane: craneClient(context, crane),
    regctl: regctlClient(context, regctl),
    skopeo: skopeoClient(context, skopeo),
    regclient: regclientClient(context, copier),
    async remove() {
      copier.end();
      await rm(engineCertificates, { recursive: true, force: true });
    },
  };
}

interface Context extends Login {
  directory: string;
  /** Directory with the CA as `ca.crt`. */
  certificates: string;
}

/** The docker command and the Docker Engine behind it, which compresses, retries and resumes. */
function dockerClient({ directory, authority, credentials: { username, password } }: Context): Client {
  const configuration = ["--config", path.join(directory, "docker")];
  const docker = (...args: string[]): Promise<{ stdout: string }> => runProgram("docker", [...configuration, ...args]);
  return {
    name: "docker",
    async login() {
      const args = [...configuration, "login", "--username", username, "--password-stdin", authority];
      await runProgram("docker", args, { input: password });
    },
    async push({ layer }, name) {
      const reference = `${authority}/${name}`;
      await docker("import", layer, reference);
      try {
        return digestIn((await docker("push", reference)).stdout);
      } finally {
        await docker("rmi", reference); // else a pull would find the layer here
      }
    },
    async pull(name) {
      const reference = `${authority}/${name}`;
      const { stdout } = await docker("pull", reference);
      await docker("rmi", reference);
      return digestIn(stdout);
    },
  };
}

/** crane, which does not retry a transfer that broke off. */
function craneClient({ directory, certificates, authority, credentials: { username, password } }: Context, crane: string): Client {
  const environment = { ...process.env, DOCKER_CONFIG: path.join(directory, "crane"), SSL_CERT_FILE: path.join(certificates, "ca.crt") };
  return {
    name: "crane",
    async login() {
      await runProgram(crane, ["auth", "login", authority, "--username", username, "--password-stdin"], { environment, input: password });
    },
    async push({ layout }, name) {
      return digestIn((await runProgram(crane, ["push", layout, `${authority}/${name}`], { environment })).stdout);
    },
    async pull(name) {
      return inScratch(directory, async (target) => {
        await runProgram(crane, ["pull", "--format", "oci", `${authority}/${name}`, target], { environment });
        return digestOfLayout(target);
      });
    },
  };
}

/** regctl, which retries and resumes. */
function regctlClient({ directory, authority, caCertificatePem, credentials: { username, password } }: Context, regctl: string): Client {
  const environment = { ...process.env, REGCTL_CONFIG: path.join(directory, "regctl.json") };
  return {
    name: "regctl",
    async login() {
      await runProgram(regctl, ["registry", "set", authority, "--skip-check", "--cacert", caCertificatePem], { environment });
      await runProgram(regctl, ["registry", "login", authority, "--user", username, "--pass-stdin"], { environment, input: password });
    },
    async push({ layout, digest }, name) {
      await runProgram(regctl, ["image", "copy", `ocidir://${layout}:latest`, `${authority}/${name}`], { environment });
      return digest;
    },
    async pull(name) {
      return inScratch(directory, async (target) => {
        await runProgram(regctl, ["image", "copy", `${authority}/${name}`, `ocidir://${target}:latest`], { environment });
        return digestOfLayout(target);
      });
    },
  };
}

/** What {@link regctlClient} does, without a process for each operation. */
function regclientClient({ directory, authority }: Context, copier: ImageCopier): Client {
  return {
    name: "regctl",
    login: () => Promise.resolve(), // each operation logs in
    async push({ layout, digest }, name) {
      await copier.copy(`ocidir://${layout}:latest`, `${authority}/${name}`);
      return digest;
    },
    async pull(name) {
      return inScratch(directory, async (target) => {
        await copier.copy(`${authority}/${name}`, `ocidir://${target}:latest`);
        return digestOfLayout(target);
      });
    },
  };
}

/** skopeo, which does not retry unless told to. */
function skopeoClient({ directory, certificates, authority, credentials: { username, password } }: Context, skopeo: string): Client {
  const authFile = path.join(directory, "skopeo.json");
  return {
    name: "skopeo",
    async login() {
      const args = ["login", "--authfile", authFile, "--cert-dir", certificates, "--username", username, "--password-stdin", authority];
      await runProgram(skopeo, args, { input: password });
    },
    async push({ layout, digest }, name) {
      const options = ["--insecure-policy", "copy", "--authfile", authFile, "--dest-cert-dir", certificates, "--preserve-digests"];
      await runProgram(skopeo, [...options, `oci:${layout}:latest`, `docker://${authority}/${name}`]);
      return digest;
    },
    async pull(name) {
      return inScratch(directory, async (target) => {
        const options = ["--insecure-policy", "copy", "--authfile", authFile, "--src-cert-dir", certificates, "--preserve-digests"];
        await runProgram(skopeo, [...options, `docker://${authority}/${name}`, `dir:${target}`]);
        return fileDigest(path.join(target, "manifest.json"));
      });
    },
  };
}

async function inScratch(directory: string, work: (target: string) => Promise<string>): Promise<string> {
  const scratch = await mkdtemp(path.join(directory, "pulled-"));
  try {
    return await work(path.join(scratch, "image"));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Digest of the only image of an OCI layout, whose manifest has to lie there under it. */
async function digestOfLayout(layout: string): Promise<string> {
  const { manifests } = JSON.parse(await readFile(path.join(layout, "index.json"), "utf8")) as { manifests: { digest: string }[] };
  const digest = manifests[0]?.digest ?? "";
  const actual = await fileDigest(path.join(layout, "blobs", ...digest.split(":")));
  if (actual !== digest) throw new Error(`the layout names ${digest}, and holds ${actual}`);
  return digest;
}

function digestIn(output: string): string {
  const digest = /sha256:[0-9a-f]{64}/.exec(output)?.[0];
  if (digest === undefined) throw new Error(`no digest in: ${output}`);
  return digest;
}
