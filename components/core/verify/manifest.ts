/** What a manifest says of something that it refers to. */
export interface Reference {
  /** 64 hexadecimal digits. */
  digest: string;
  /** Bytes; undefined when it does not say. */
  size: number | undefined;
  /** Whether it is a manifest, and not a layer or a configuration. */
  manifest: boolean;
  /** Whether the bytes may be elsewhere: layers that nobody may hand on have URLs. */
  foreign: boolean;
}

interface Descriptor {
  digest?: unknown;
  size?: unknown;
  urls?: unknown;
}

/**
 * What a manifest or an index refers to and cannot be pulled without. `subject` is not among it: it may be absent. Nothing when it is neither.
 * The registry has everything under SHA-256; what is named by another digest is left out.
 */
export function referencesOf(bytes: Buffer): Reference[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(bytes.toString("utf8"));
  } catch {
    return [];
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return [];
  const { manifests, layers, config } = parsed as { manifests?: unknown; layers?: unknown; config?: unknown };
  return [
    ...listOf(manifests).flatMap((each) => reference(each, true)),
    ...listOf(config === undefined ? [] : [config]).flatMap((each) => reference(each, false)),
    ...listOf(layers).flatMap((each) => reference(each, false)),
  ];
}

function listOf(value: unknown): Descriptor[] {
  return Array.isArray(value) ? value.filter((each): each is Descriptor => typeof each === "object" && each !== null) : [];
}

function reference({ digest, size, urls }: Descriptor, manifest: boolean): Reference[] {
  const hex = typeof digest === "string" ? /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1] : undefined;
  if (hex === undefined) return [];
  return [{ digest: hex, size: typeof size === "number" ? size : undefined, manifest, foreign: hasAny(urls) }];
}

function hasAny(urls: unknown): boolean {
  return Array.isArray(urls) && urls.length > 0;
}
