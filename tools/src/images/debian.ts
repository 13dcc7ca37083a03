import { existsSync } from "node:fs";
import { lstat, mkdir, readlink, realpath, writeFile } from "node:fs/promises";
import { dirname, join, posix } from "node:path";

import { RegistryError } from "ha-registry-core";

import { CommandError, findExecutable, lastLines, runChecked } from "../command";
import { readDebianMirrors, type DebianMirrors } from "./mirrors";

/** The release that the images' packages are taken from, whatever the machine itself runs. */
export const DEBIAN_RELEASE = { suite: "trixie", version: "13" };

/** Where Debian's package debian-archive-keyring, which no Debian is without, has had the archive's keys. */
const KEYRINGS = ["/usr/share/keyrings/debian-archive-keyring.pgp", "/usr/share/keyrings/debian-archive-keyring.gpg"] as const;

/** A package that was fetched and unpacked. */
export interface DebianPackage {
  name: string;
  version: string;
  /** Its control fields, as in the database of installed packages. */
  control: string;
  /** Directory that its files were unpacked to. */
  root: string;
}

/** A file of an unpacked package. */
export interface PackagedFile {
  /** Where it lies on this machine. */
  source: string;
  package: DebianPackage;
}

/** Packages, and all that they depend on, unpacked beside each other; nothing of them was run. */
export class DebianPackages {
  constructor(readonly packages: readonly DebianPackage[]) {}

  /** The file that would be installed at `path`, as `/usr/sbin/haproxy`; links are followed. */
  async find(path: string): Promise<PackagedFile | undefined> {
    const merged = path.replace(/^\/(bin|sbin|lib|lib64)\//, "/usr/$1/");
    for (const candidate of this.packages) {
      const source = join(candidate.root, merged);
      const found = await lstat(source).catch(() => undefined);
      if (found === undefined) continue;
      if (!found.isSymbolicLink()) return { source: await realpath(source), package: candidate };
      return await this.find(posix.resolve(dirname(merged), await readlink(source)));
    }
    return undefined;
  }
}

/** What to fetch, and where to keep it. */
export interface DebianRequest {
  packages: readonly string[];
  /** Debian's name of the architecture, as `amd64`. */
  architecture: string;
  /** Package lists and packages are kept here from one time to the next. */
  cache: string;
  /** Packages are unpacked here. */
  work: string;
}

/**
 * Fetches Debian packages with their dependencies (verified by apt against the archive's signature) and unpacks them, without root,
 * without touching the machine's own packages, and without running their scripts.
 *
 * @throws {RegistryError} when this cannot be done on this machine.
 */
export async function fetchDebianPackages(request: DebianRequest): Promise<DebianPackages> {
  const { architecture, packages } = request;
  requireTools();
  const root = join(request.cache, `${DEBIAN_RELEASE.suite}-${architecture}`);
  const apt = await prepareApt(root, architecture, await readDebianMirrors());

  // A failed update is no reason to stop while the lists and packages of an earlier one are there: what follows will tell.
  const update = await apt("update").catch(reasonOf);
  try {
    const install = ["install", "--yes", "--no-install-recommends"];
    await apt(...install, "--download-only", ...packages);
    const plan = parsePlan(await apt(...install, "--simulate", ...packages));
    // Packages that a newer version has replaced need not be kept.
    await apt("autoclean");
    return new DebianPackages(await unpack(plan, join(root, "cache", "archives"), request.work));
  } catch (error) {
    const message = `Debian's packages cannot be fetched; load the images with docker load, or set images.mirror.\n${reasonOf(error)}\n${update}`;
    throw new RegistryError("images", [{ path: packages.join(", "), message: message.trim() }]);
  }
}

function requireTools(): void {
  const missing = ["apt-get", "dpkg-deb", "tar"].filter((tool) => findExecutable(tool) === undefined);
  if (missing.length === 0) return;
  const message =
    "images are built from Debian packages, which needs these commands; load the images with docker load, or set images.mirror";
  throw new RegistryError("images", [{ path: missing.join(", "), message }]);
}

function reasonOf(error: unknown): string {
  if (error instanceof CommandError) return lastLines(error.result.stderr || error.result.stdout, 10);
  return error instanceof Error ? error.message : String(error);
}

/** Runs apt-get with one more command; resolves to its standard output. */
type Apt = (...args: string[]) => Promise<string>;

/**
 * A root of apt's own: its lists, packages and (empty) database of installed packages. The machine's settings for proxies and
 * credentials still count, since they are read before; hooks and pins of the machine do not.
 */
async function prepareApt(root: string, architecture: string, mirrors: DebianMirrors): Promise<Apt> {
  const directories = ["lists/partial", "cache/archives/partial", "sources", "preferences"];
  await Promise.all(directories.map((directory) => mkdir(join(root, directory), { recursive: true })));
  const config = [
    ...["APT::Architectures", "APT::Update", "DPkg", "APT::Default-Release"].map((name) => `#clear ${name};`),
    `APT::Architecture "${architecture}";`,
    `APT::Architectures { "${architecture}"; };`,
    `APT::Sandbox::User "root";`,
    `Acquire::Languages "none";`,
    `Acquire::Retries "3";`,
    `Acquire::http::Timeout "20";`,
    `Acquire::https::Timeout "20";`,
    `Dir::State "${root}";`,
    `Dir::State::lists "${root}/lists";`,
    `Dir::State::status "${root}/status";`,
    `Dir::Cache "${root}/cache";`,
    `Dir::Cache::archives "${root}/cache/archives";`,
    `Dir::Etc::sourcelist "/dev/null";`,
    `Dir::Etc::sourceparts "${root}/sources";`,
    `Dir::Etc::preferences "/dev/null";`,
    `Dir::Etc::preferencesparts "${root}/preferences";`,
  ];
  await writeFile(join(root, "status"), "");
  await writeFile(join(root, "apt.conf"), `${config.join("\n")}\n`);
  await writeFile(join(root, "sources", "debian.sources"), renderSources(mirrors));
  return async (...args) => {
    const environment = { LC_ALL: "C.UTF-8", DEBIAN_FRONTEND: "noninteractive" };
    return (await runChecked("apt-get", [`--config-file=${join(root, "apt.conf")}`, ...args], { environment })).stdout;
  };
}

function renderSources({ main, security }: DebianMirrors): string {
  const { suite } = DEBIAN_RELEASE;
  const keyring = KEYRINGS.find((file) => existsSync(file)) ?? KEYRINGS[0];
  const stanza = (uris: string[], suites: string): string =>
    ["Types: deb", `URIs: ${uris.join(" ")}`, `Suites: ${suites}`, "Components: main", `Signed-By: ${keyring}`, ""].join("\n");
  const stanzas = [stanza(main, `${suite} ${suite}-updates`)];
  if (security.length > 0) stanzas.push(stanza(security, `${suite}-security`));
  return stanzas.join("\n");
}

interface PlannedPackage {
  name: string;
  version: string;
  architecture: string;
}

/** What apt would install, from the lines `Inst libc6 (2.41-12 Debian:13.1/stable [amd64]) …` of a simulation. */
function parsePlan(simulation: string): PlannedPackage[] {
  const lines = simulation.matchAll(/^Inst (\S+) \((\S+) [^\]]*\[(\w+)\]\)/gm);
  return [...lines].map(([, name = "", version = "", architecture = ""]) => ({ name: name.replace(/:.*/, ""), version, architecture }));
}

async function unpack(plan: readonly PlannedPackage[], archives: string, work: string): Promise<DebianPackage[]> {
  const unpackOne = async ({ name, version, architecture }: PlannedPackage): Promise<DebianPackage> => {
    const archive = join(archives, `${name}_${version.replace(/:/g, "%3a")}_${architecture}.deb`);
    const root = join(work, name);
    await mkdir(root, { recursive: true });
    await runChecked("dpkg-deb", ["--extract", archive, root]);
    return { name, version, root, control: (await runChecked("dpkg-deb", ["--field", archive])).stdout };
  };
  const unpacked: DebianPackage[] = [];
  // Two at a time: unpacking is computation, and there are dozens.
  for (let i = 0; i < plan.length; i += 2) unpacked.push(...(await Promise.all(plan.slice(i, i + 2).map(unpackOne))));
  return unpacked;
}
