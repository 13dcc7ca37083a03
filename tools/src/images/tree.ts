import { chmod, copyFile, mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { runChecked } from "../command";

/** User and group that own a path, as numbers. */
export interface Owner {
  uid: number;
  gid: number;
}

/** A root file system that is put together in a directory. Everything in it belongs to root, except what `own` names. */
export class FileTree {
  readonly #owned = new Map<string, Owner>();
  readonly #paths = new Set<string>();

  /** @param root Directory that is the tree's `/`; made when the first path is added. */
  constructor(readonly root: string) {}

  /** Whether something was put at `path` already. */
  has(path: string): boolean {
    return this.#paths.has(path);
  }

  /** Copies a file. */
  async copy(path: string, source: string, mode = 0o644): Promise<void> {
    await copyFile(source, await this.#place(path));
    await chmod(join(this.root, path), mode);
  }

  /** Writes a file. */
  async write(path: string, text: string, mode = 0o644): Promise<void> {
    await writeFile(await this.#place(path), text);
    await chmod(join(this.root, path), mode);
  }

  /** Makes a symbolic link at `path`. */
  async link(path: string, target: string): Promise<void> {
    await symlink(target, await this.#place(path));
  }

  /** Makes a directory. */
  async directory(path: string, mode = 0o755, owner?: Owner): Promise<void> {
    await mkdir(await this.#place(path), { recursive: true });
    await chmod(join(this.root, path), mode);
    if (owner !== undefined) this.#owned.set(path, owner);
  }

  /** Packs the tree; the same tree gives the same bytes. Root is not needed: owners are only written down. */
  async pack(file: string): Promise<void> {
    const options = ["--format=gnu", "--sort=name", "--mtime=@0", "--numeric-owner", `--file=${file}`, `--directory=${this.root}`];
    // What others own is put in by itself; a path that is in the archive twice would be refused.
    const excluded = [...this.#owned.keys()].map((path) => `--exclude=.${path}`);
    await runChecked("tar", ["--create", "--anchored", "--no-wildcards", ...excluded, "--owner=0", "--group=0", ...options, "."]);
    for (const [path, { uid, gid }] of this.#owned) {
      await runChecked("tar", ["--append", "--no-recursion", `--owner=${uid}`, `--group=${gid}`, ...options, `.${path}`]);
    }
  }

  async #place(path: string): Promise<string> {
    const place = join(this.root, path);
    // The mode that directories get must not depend on the umask of whoever builds.
    const missing: string[] = [];
    for (let parent = dirname(path); parent !== "/" && !this.#paths.has(parent); parent = dirname(parent)) missing.unshift(parent);
    await mkdir(this.root, { recursive: true });
    await chmod(this.root, 0o755);
    for (const parent of missing) {
      await mkdir(join(this.root, parent), { recursive: true });
      await chmod(join(this.root, parent), 0o755);
      this.#paths.add(parent);
    }
    this.#paths.add(path);
    return place;
  }
}
