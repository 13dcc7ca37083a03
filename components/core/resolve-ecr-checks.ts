import { isText } from "./checks";
import type { Problems } from "./errors";

/** What ECR's limits are (service quotas and API reference of 2026). */
export const ecrLimits = {
  mutableTags: 5,
  lifecycleRules: 50,
  wildcardsInPattern: 4,
  wildcardsInMutableTag: 2,
  replicationRules: 10,
  replicationDestinations: 25,
  filters: 100,
  cachePrefix: 30,
  inlinePolicy: 10_240,
} as const;

/** Prefix of the template for all repositories that no other one is for. */
export const rootPrefix = "ROOT";

/** The entries of a record in the order of their names, so that equal input has equal output. */
export function sortedEntries<T>(record: Record<string, T> | undefined): [string, T][] {
  return Object.entries(record ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
}

const word = "[a-z0-9]+(?:[._-][a-z0-9]+)*";
const name = new RegExp(`^${word}(?:/${word})*$`);

/** Whether `text` can be the name of a repository, or the first parts of one. */
export function isRepositoryName(text: string): boolean {
  return isText(text, name) && text.length >= 2 && text.length <= 256;
}

/** Checks first characters of names. */
export function checkPrefixes(path: string, prefixes: readonly string[], problems: Problems): void {
  for (const [index, prefix] of prefixes.entries())
    problems.require(
      isText(prefix, /^[a-z0-9][a-z0-9._/-]{0,255}$/),
      `${path}[${index}]`,
      `"${prefix}" is not how the name of a repository can begin, as prod/`,
    );
}

/** Notes a problem unless `id` is that of an account. */
export function checkAccount(path: string, id: string, problems: Problems): void {
  problems.require(isText(id, /^\d{12}$/), path, `"${id}" is not an account: 12 digits, as text`);
}

/** The ARNs by which policies name accounts, roles and users; what is none of them is a problem. */
export function resolvePrincipals(path: string, partition: string, given: readonly string[], problems: Problems): string[] {
  const arn = new RegExp(`^arn:${partition}:iam::\\d{12}:(role|user)/[\\w+=,.@/-]+$`);
  for (const [index, principal] of given.entries())
    problems.require(
      isText(principal, /^\d{12}$/) || isText(principal, arn),
      `${path}[${index}]`,
      `"${principal}" is neither an account, 12 digits as text, nor the ARN of a role or user, as arn:${partition}:iam::123456789012:role/build`,
    );
  const arns = given.map((principal) => (isText(principal, /^\d{12}$/) ? `arn:${partition}:iam::${principal}:root` : principal));
  return [...new Set(arns)].sort();
}

/** Notes a problem unless `arn` is absent or of a service in the registry's partition. */
export function checkArn(path: string, arn: string | undefined, pattern: RegExp, means: string, problems: Problems): void {
  problems.require(arn === undefined || isText(arn, pattern), path, `"${arn}" is not ${means}`);
}
