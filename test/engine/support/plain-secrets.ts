/** Marks a secret in an exported state. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
/** Shorter text than this may be found anywhere by chance. */
const SHORTEST = 12;

/**
 * Every secret of a state that was exported in plain text, in pieces that would be recognised anywhere: passwords and keys of one line as
 * they are, of private keys the first line, which holds secret bytes and no public ones, and the hashes of passwords. Other text of
 * several lines is only secret because a secret is part of it, which is then among the others.
 */
export function plainSecrets(state: unknown): Set<string> {
  return new Set(plaintexts(state).flatMap(texts).flatMap(recognisable));
}

/** A value of a state that was exported in plain text, without the wrapping of secrets, and without what the engine adds to objects. */
export function opened(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(opened);
  if (typeof value !== "object" || value === null) return value;
  if (SIGNATURE in value && "plaintext" in value) return opened(JSON.parse(String(value.plaintext)));
  const own = Object.entries(value).filter(([key]) => !key.startsWith("__"));
  return Object.fromEntries(own.map(([key, inner]) => [key, opened(inner)]));
}

function plaintexts(node: unknown): string[] {
  if (typeof node !== "object" || node === null) return [];
  if (SIGNATURE in node && "plaintext" in node) return [String(node.plaintext)];
  return Object.values(node).flatMap(plaintexts);
}

/** The strings in a piece of JSON. */
function texts(json: string): string[] {
  const strings = (node: unknown): string[] => {
    if (typeof node === "string") return [node];
    return typeof node === "object" && node !== null ? Object.values(node).flatMap(strings) : [];
  };
  return strings(JSON.parse(json));
}

function recognisable(text: string): string[] {
  const key = /-----BEGIN (?:EC )?PRIVATE KEY-----\n(.+)\n/.exec(text)?.[1];
  const hashes = text.match(/\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}/g) ?? [];
  // The path of a file with secrets tells the digest of its content alone.
  const whole = text.includes("\n") || text.length < SHORTEST || text.startsWith("/files/") ? [] : [text];
  return [...(key === undefined ? [] : [key]), ...hashes, ...whole];
}
