/** One statement of a policy document. */
export interface Statement {
  Action?: string | string[];
  Condition?: Record<string, Record<string, unknown>>;
  Effect?: string;
  NotAction?: string | string[];
  NotPrincipal?: unknown;
  NotResource?: string | string[];
  Principal?: string | Record<string, string | string[]>;
  Resource?: string | string[];
  Sid?: string;
}

/** The statements of a policy document, which is text or already an object; none where it cannot be read. */
export function statementsOf(document: unknown): Statement[] {
  const parsed = typeof document === "string" ? parsedDocument(document) : document;
  if (typeof parsed !== "object" || parsed === null) return [];
  const { Statement: statements = [] } = parsed as { Statement?: Statement | Statement[] };
  return [statements].flat();
}

function parsedDocument(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** One text or several as a list. */
export function listed(value: string | readonly string[] | undefined): readonly string[] {
  return value === undefined ? [] : typeof value === "string" ? [value] : value;
}

/** How a message names a statement. */
export function titleOf({ Sid }: Statement, index: number): string {
  return Sid === undefined || Sid === "" ? `statement ${index + 1}` : `the statement "${Sid}"`;
}

/** Whether a statement is about everybody. */
export function isForEveryone({ Principal, NotPrincipal }: Statement): boolean {
  if (NotPrincipal !== undefined) return true;
  if (typeof Principal === "string") return Principal === "*";
  return Object.entries(Principal ?? {}).some(([kind, names]) => (kind === "AWS" || kind === "*") && listed(names).includes("*"));
}

/** Keys of conditions, in lower case, that leave a circle of callers that somebody chose. */
const narrowing = new Set([
  "aws:principalaccount",
  "aws:principalarn",
  "aws:principalorgid",
  "aws:principalorgpaths",
  "aws:sourceaccount",
  "aws:sourcearn",
  "aws:sourceip",
  "aws:sourceorgid",
  "aws:sourceowner",
  "aws:sourcevpc",
  "aws:sourcevpce",
  "aws:userid",
  "aws:vpcsourceip",
  "kms:calleraccount",
]);

/** Whether conditions leave only callers that somebody chose. */
export function isNarrowed({ Condition = {} }: Statement): boolean {
  return Object.entries(Condition).some(
    ([operator, keys]) =>
      !/not/i.test(operator) &&
      Object.entries(keys).some(
        ([key, values]) => narrowing.has(key.toLowerCase()) && ![values].flat().some((value) => value === "*" || value === "0.0.0.0/0"),
      ),
  );
}
