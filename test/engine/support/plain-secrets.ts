/** Marks a secret in an exported state. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
/** Shorter text than this may be found anywhere by chance. */
const SHORTEST = 12;

/**
 * Every secret of a state that was exported in plain text, in pieces that would be recognised anywhere: passwords as they are, private
 * keys line by line, since a log or an environment may break or escape their lines. Text of other kinds that is only secret because a
 * secret is part of it (a configuration file) is left out: its secret part is among the others.
 */
export function plainSecrets(state: unknown): Set<string> {
  return new Set(plaintexts(state).flatMap(texts).flatMap(recognisable));
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
  const key = /-----BEGIN [A-Z ]*PRIVATE KEY-----\n([^-]+)-----END/.exec(text)?.[1];
  if (key !== undefined) return key.trim().split("\n");
  return text.includes("\n") || text.length < SHORTEST ? [] : [text];
}
