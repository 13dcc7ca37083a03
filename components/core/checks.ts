import { isHttpUrl } from "./addresses";
import type { Problems } from "./errors";

/** Bounds of a number, both allowed. */
export interface Bounds {
  from: number;
  to: number;
  /** Whether fractions are refused. */
  whole?: boolean;
}

/** Notes a problem unless `value` is absent or within bounds. */
export function checkNumber(problems: Problems, path: string, value: number | undefined, { from, to, whole = false }: Bounds): void {
  if (value === undefined) return;
  const fits = typeof value === "number" && value >= from && value <= to && (!whole || Number.isInteger(value));
  problems.require(fits, path, `${value} is not ${whole ? "a whole number" : "a number"} from ${from} to ${to}`);
}

const kinds = {
  url: { fits: isHttpUrl, means: "an http or https URL without user and password in it" },
  word: { fits: (text: string): boolean => /^[\x21-\x7e]+$/.test(text), means: "one word of printable ASCII" },
  line: { fits: (text: string): boolean => /^[^\p{Cc}\p{Cs}]+$/u.test(text), means: "one line of text" },
  lines: {
    fits: (text: string): boolean => !/[^\P{Cc}\n\r\t]|\p{Cs}/u.test(text),
    means: "text without control characters other than line breaks and tabs",
  },
  path: { fits: (text: string): boolean => /^\/[^\p{Cc}\s]*$/u.test(text), means: "an absolute path without spaces" },
} as const;

/** Notes a problem unless `value` is absent or of its kind. */
export function checkText(problems: Problems, path: string, value: string | undefined, kind: keyof typeof kinds): void {
  if (value === undefined) return;
  problems.require(typeof value === "string" && kinds[kind].fits(value), path, `${JSON.stringify(value)} is not ${kinds[kind].means}`);
}

/** Whether `value` is the name of a bucket, as S3 has it. */
export function isBucketName(value: string | undefined): boolean {
  return isText(value, /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/);
}

/** Notes a problem unless `value` is the name of a bucket. */
export function checkBucketName(problems: Problems, path: string, value: string | undefined): void {
  problems.require(isBucketName(value), path, `"${value}" is not a bucket name: 3 to 63 lower-case letters, digits, dots and hyphens`);
}

/** Whether `value` is text that fits `pattern`; callers without types give numbers, too, which a pattern alone lets pass. */
export function isText(value: string | undefined, pattern: RegExp): boolean {
  return typeof value === "string" && pattern.test(value);
}
