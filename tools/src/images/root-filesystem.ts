import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";

import { RegistryError } from "ha-registry-core";

import { DEBIAN_RELEASE, type DebianPackage, type DebianPackages, type PackagedFile } from "./debian";
import { readElfNeeds } from "./elf";
import { toolsPath } from "./paths";
import type { BuiltProgram } from "./program";
import type { ImageRecipe } from "./recipes";
import { FileTree } from "./tree";

/** Packages that every image takes from: small tools for entry points and health checks, and the certificates of public CAs. */
export const COMMON_PACKAGES = ["busybox-static", "ca-certificates"];

/** Where the dynamic loader looks, for syslog-ng in a directory of its own, too; `*` is the architecture's own directory. */
const LIBRARY_DIRECTORIES = ["/usr/lib/*", "/usr/lib", "/usr/lib64", "/usr/lib/syslog-ng"];

const ARCHITECTURE_DIRECTORIES: Readonly<Record<string, string>> = { amd64: "x86_64-linux-gnu", arm64: "aarch64-linux-gnu" };

/** Of busybox's tools those that service containers, their health checks and a person who looks into one may need. */
const BUSYBOX_TOOLS =
  "[ arch ash awk base64 basename cat chgrp chmod chown clear cmp cp cut date dd df diff dirname du echo egrep env expr false fgrep find " +
  "free getopt grep groups gunzip gzip head hexdump hostname id ip kill killall less ln ls md5sum mkdir mkfifo mktemp more mv nc netstat " +
  "nice nohup nproc nslookup od pgrep pidof ping pkill printenv printf ps pwd readlink realpath renice rm rmdir sed seq setsid sh " +
  "sha256sum sha512sum sleep sort stat stty su sync tail tar tee test time timeout top touch tr true truncate tty umount uname uniq " +
  "unlink uptime vi watch wc wget which whoami xargs xxd yes zcat";

/** What went into an image. */
export interface RootFilesystem {
  tree: FileTree;
  /** Debian packages that files were taken from, in alphabetical order. */
  packages: DebianPackage[];
}

/**
 * Puts an image's root file system together: nothing in it but the programs, the libraries that they load, busybox, CA certificates
 * and the little that the C library wants to see.
 *
 * @param root Directory to put it in.
 * @param programs Static programs that were built, by their path in the image.
 */
export async function assemble(
  root: string,
  recipe: ImageRecipe,
  debian: DebianPackages,
  architecture: string,
  programs: ReadonlyMap<string, BuiltProgram>,
): Promise<RootFilesystem> {
  const assembly = new Assembly(new FileTree(root), debian, architecture);
  if (!recipe.bare) await assembly.addBase(recipe);
  for (const [path, program] of programs) await assembly.tree.copy(path, program.path, 0o755);
  for (const [path, source] of Object.entries(recipe.programs)) await assembly.addProgram(path, source);
  for (const [path, source] of Object.entries(recipe.packagedFiles)) await assembly.addPackaged(path, source);
  for (const [path, source] of Object.entries(recipe.files)) {
    await assembly.tree.copy(path, toolsPath("images", source), path.endsWith(".sh") ? 0o755 : 0o644);
  }
  for (const [path, target] of Object.entries(recipe.links)) await assembly.tree.link(path, target);
  for (const [path, { mode, owner }] of Object.entries(recipe.directories)) await assembly.tree.directory(path, mode, owner);
  return { tree: assembly.tree, packages: await assembly.recordPackages() };
}

class Assembly {
  readonly #used = new Map<string, DebianPackage>();
  readonly #libraryDirectories: string[];

  constructor(
    readonly tree: FileTree,
    readonly debian: DebianPackages,
    architecture: string,
  ) {
    const own = ARCHITECTURE_DIRECTORIES[architecture] ?? architecture;
    this.#libraryDirectories = LIBRARY_DIRECTORIES.map((directory) => directory.replace("*", own));
  }

  /** What every image has. */
  async addBase({ users }: ImageRecipe): Promise<void> {
    for (const directory of ["bin", "lib", "lib64", "sbin"]) {
      await this.tree.directory(`/usr/${directory}`);
      await this.tree.link(`/${directory}`, `usr/${directory}`);
    }
    for (const directory of ["/dev", "/proc", "/run", "/sys", "/root"])
      await this.tree.directory(directory, directory === "/root" ? 0o700 : 0o755);
    for (const directory of ["/tmp", "/var/tmp"]) await this.tree.directory(directory, 0o1777);
    await this.tree.link("/var/run", "/run");

    await this.addProgram("/usr/bin/busybox", "/usr/bin/busybox");
    for (const tool of BUSYBOX_TOOLS.split(" ")) await this.tree.link(`/usr/bin/${tool}`, "busybox");
    await this.addCertificates();

    const accounts = Object.entries({ root: { uid: 0, gid: 0, home: "/root" }, nobody: { uid: 65534, gid: 65534, home: "/" }, ...users });
    const shell = (uid: number): string => (uid === 0 ? "/bin/sh" : "/bin/false");
    await this.tree.write("/etc/passwd", accounts.map(([name, a]) => `${name}:x:${a.uid}:${a.gid}::${a.home}:${shell(a.uid)}\n`).join(""));
    await this.tree.write("/etc/group", accounts.map(([name, { gid }]) => `${name}:x:${gid}:\n`).join(""));
    await this.tree.write("/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n");
    const { suite, version } = DEBIAN_RELEASE;
    await this.tree.write(
      "/etc/os-release",
      `ID=debian\nVERSION_ID="${version}"\nVERSION_CODENAME=${suite}\nPRETTY_NAME="Debian ${version} (parts)"\n`,
    );
  }

  /** The bundle of public CAs, where Go, OpenSSL and HAProxy's `@system-ca` look for it. */
  async addCertificates(): Promise<void> {
    const authorities = this.debian.packages.find(({ name }) => name === "ca-certificates");
    if (authorities === undefined) throw missing("ca-certificates");
    this.#used.set(authorities.name, authorities);
    const directory = join(authorities.root, "usr/share/ca-certificates/mozilla");
    const files = (await readdir(directory)).filter((file) => file.endsWith(".crt")).sort();
    const certificates = await Promise.all(files.map((file) => readFile(join(directory, file), "utf8")));
    await this.tree.write("/etc/ssl/certs/ca-certificates.crt", certificates.map((pem) => `${pem.trim()}\n`).join(""));
    await this.tree.link("/usr/lib/ssl/certs", "/etc/ssl/certs");
    await this.tree.link("/usr/lib/ssl/cert.pem", "/etc/ssl/certs/ca-certificates.crt");
  }

  /** A program with its loader and its libraries, to any depth. */
  async addProgram(path: string, source: string): Promise<void> {
    const program = await this.addPackaged(path, source, 0o755);
    const { interpreter, libraries } = await readElfNeeds(program.source);
    if (interpreter !== undefined) {
      await this.addLibrary(interpreter.replace(/^\/lib/, "/usr/lib"));
      // The C library loads it at run time, to unwind threads that are cancelled.
      await this.addNeeded("libgcc_s.so.1");
    }
    for (const library of libraries) await this.addNeeded(library);
  }

  async addNeeded(library: string): Promise<void> {
    for (const directory of this.#libraryDirectories) {
      const path = `${directory}/${library}`;
      if ((await this.debian.find(path)) === undefined) continue;
      await this.addLibrary(path);
      return;
    }
    throw missing(library);
  }

  async addLibrary(path: string): Promise<void> {
    if (this.tree.has(path)) return;
    const library = await this.addPackaged(path, path, 0o755);
    for (const needed of (await readElfNeeds(library.source)).libraries) await this.addNeeded(needed);
  }

  async addPackaged(path: string, source: string, mode?: number): Promise<PackagedFile> {
    const file = await this.debian.find(source);
    if (file === undefined) throw missing(source);
    this.#used.set(file.package.name, file.package);
    await this.tree.copy(path, file.source, mode);
    return file;
  }

  /** Leaves licenses, and package records where vulnerability scanners look when there is no dpkg. */
  async recordPackages(): Promise<DebianPackage[]> {
    const used = [...this.#used.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const { name, control } of used) {
      await this.tree.write(`/var/lib/dpkg/status.d/${name}`, control);
      const path = `/usr/share/doc/${name}/copyright`;
      const license = await this.debian.find(path);
      if (license !== undefined) await this.tree.copy(path, license.source);
    }
    return used;
  }
}

function missing(what: string): RegistryError {
  return new RegistryError("images", [{ path: basename(what), message: `${what} is in none of the Debian packages that were fetched` }]);
}
