/** What is wrong with something in a store. */
export enum FaultKind {
  /** A tag does not say which manifest it is. */
  TagLink = "tag-link",
  /** A repository does not have a manifest that one of its tags or indexes names. */
  ManifestLink = "manifest-link",
  /** A repository does not have a layer or configuration that one of its manifests names. */
  LayerLink = "layer-link",
  /** The bytes are not there. */
  Missing = "missing",
  /** There are more or fewer bytes than whatever refers to them says. */
  Size = "size",
  /** The bytes are others than the digest says. */
  Digest = "digest",
  /** The store has the bytes, and cannot read them. */
  Unreadable = "unreadable",
}

/** One thing that is wrong with a store. */
export interface Fault {
  /** What is wrong. */
  kind: FaultKind;
  /** Repository that it is wrong in; absent for a blob that no manifest refers to. */
  repository?: string;
  /** Its tags that cannot be pulled, or not for every platform. */
  tags: string[];
  /** Digests of its manifests that refer to it. */
  manifests: string[];
  /** Digest of what is wrong itself; absent for a tag's link. */
  digest?: string;
  /** Path in the store of what is wrong. */
  path: string;
  /** The same for people. */
  message: string;
}

/** Something that looks wrong, before the second look: pushes and deletions go on while a store is verified. */
export interface Suspicion {
  kind: FaultKind;
  /** Where the link or the bytes are. */
  path: string;
  /** Undefined for a blob that no manifest refers to. */
  repository: string | undefined;
  /** 64 hexadecimal digits; undefined for a tag's link. */
  digest: string | undefined;
  /** Tags that are known to need it from the beginning. */
  tags: Set<string>;
  /** Manifests that refer to it, 64 hexadecimal digits each. */
  manifests: Set<string>;
  /** Bytes that it has to have, where that is known. */
  size: number | undefined;
  /** Whether it is a manifest. */
  manifest: boolean;
}

/** Whether it is a link that is wrong, and not what it leads to. */
export function isLink(kind: FaultKind): boolean {
  return kind === FaultKind.TagLink || kind === FaultKind.ManifestLink || kind === FaultKind.LayerLink;
}

/** Everything that looks wrong, once: many manifests may refer to one blob. */
export class Suspicions {
  readonly #all = new Map<string, Suspicion>();

  /** How many there are. */
  get count(): number {
    return this.#all.size;
  }

  /** Notes that something looks wrong in a repository; of several things that are wrong with one blob the first one counts. */
  note(suspicion: Omit<Suspicion, "tags" | "manifests"> & { tag?: string; referrer?: string }): void {
    const { tag, referrer, ...rest } = suspicion;
    const key = `${rest.repository ?? ""} ${rest.path}`;
    const noted = this.#all.get(key) ?? { ...rest, tags: new Set<string>(), manifests: new Set<string>() };
    if (tag !== undefined) noted.tags.add(tag);
    if (referrer !== undefined) noted.manifests.add(referrer);
    noted.size ??= rest.size;
    this.#all.set(key, noted);
  }

  /** All of them. */
  all(): Suspicion[] {
    return [...this.#all.values()];
  }
}
