/** A blob as the store lists it. */
export interface StoredBlob {
  /** Digest that its path says, 64 hexadecimal digits. */
  digest: string;
  /** Bytes. */
  size: number;
  /** When it was written, seconds since 1970. */
  modified: number;
}

/** A link as the store lists it: a small file that holds a digest. */
export interface StoredLink {
  /** Path below `repositories/`. */
  path: string;
  /** Bytes. */
  size: number;
  /** MD5 of its bytes, hexadecimal; empty where the store does not tell. */
  md5: string;
}

/** What the bytes of a file really are. */
export interface StoredDigest {
  /** Path of the file. */
  path: string;
  /** SHA-256 of its bytes, 64 hexadecimal digits. */
  digest: string;
}

/**
 * What a verification needs of a store. Paths begin where the registry's data does, as in `blobs/sha256/…`. What is not there is left out of
 * every answer; any other failure is an error.
 */
export interface StoreReader {
  /** All blobs, in any order. */
  listBlobs(): AsyncIterable<StoredBlob>;
  /** All files below `repositories/` that are small enough for a link, in any order. */
  listLinks(): AsyncIterable<StoredLink>;
  /** Sizes in bytes, by path. */
  sizes(paths: readonly string[]): Promise<Map<string, number>>;
  /** Beginnings of small files, by path: 200 bytes at the least. */
  texts(paths: readonly string[]): Promise<Map<string, string>>;
  /** The bytes of files, in any order and without their names; what cannot be read is left out, too, or cut. */
  contents(paths: readonly string[]): AsyncIterable<Buffer>;
  /** SHA-256 of files, hexadecimal, in any order; what cannot be read is left out, too. */
  digests(paths: readonly string[]): AsyncIterable<StoredDigest>;
}

/** Path of a blob's bytes. */
export function blobPath(digest: string): string {
  return `blobs/sha256/${digest.slice(0, 2)}/${digest}/data`;
}

/** Path of the link by which a repository has a layer or a configuration. */
export function layerLinkPath(repository: string, digest: string): string {
  return `repositories/${repository}/_layers/sha256/${digest}/link`;
}

/** Path of the link by which a repository has a manifest. */
export function manifestLinkPath(repository: string, digest: string): string {
  return `repositories/${repository}/_manifests/revisions/sha256/${digest}/link`;
}

/** Path of the link that says what a tag is. */
export function tagLinkPath(repository: string, tag: string): string {
  return `repositories/${repository}/_manifests/tags/${tag}/current/link`;
}

/** Path of the link that says that a tag is, or was, this manifest. */
export function tagIndexPath(repository: string, tag: string, digest: string): string {
  return `repositories/${repository}/_manifests/tags/${tag}/index/sha256/${digest}/link`;
}
