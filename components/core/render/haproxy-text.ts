/** A word of HAProxy's configuration. In single quotes nothing has a meaning, so that no text becomes configuration. */
export function quote(text: string): string {
  if (/[\p{Cc}\p{Cs}]/u.test(text)) throw new TypeError("a line of HAProxy's configuration cannot hold control characters");
  return /^[A-Za-z0-9_.:/@=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A section: its header, and its lines indented. */
export function section(header: string, ...lines: readonly (string | readonly string[])[]): string {
  return [header, ...lines.flat().map((line) => `  ${line}`)].join("\n") + "\n";
}

/** The user's own lines. They are configuration as they stand, and HAProxy checks them before they serve. */
export function extraLines(text: string | undefined): string[] {
  const lines = (text ?? "").split(/\r?\n/).map((line) => line.trim());
  return lines.filter((line) => line !== "");
}

/** Arguments of `http-request return` that answer with an error as the OCI distribution specification describes it. */
export function ociError(status: number, code: string, message: string, retryAfterSeconds?: number): string {
  const body = quote(JSON.stringify({ errors: [{ code, message }] }));
  const retry = retryAfterSeconds === undefined ? "" : ` hdr Retry-After ${retryAfterSeconds}`;
  return `status ${status} content-type application/json string ${body}${retry}`;
}
