import { text } from "node:stream/consumers";
import { RegistryError } from "ha-registry-core";
import type { Report } from "ha-registry-tools";
import { findProblems } from "../schema/validate";
import { ask } from "./confirm";
import type { AnyEnvironment } from "./environment";
import { ExitCode, Failure } from "./exit";
import { print, printJson } from "./print";
import { openStack, PROJECT } from "./workspace";

/**
 * Encrypts a secret into an environment's file. The value is read from standard input, or typed unseen; it is no argument, which other users
 * of the machine could read.
 *
 * @param name Name of the secret: a field of `secrets`, as `s3SecretKey`, `passwords.<user>` or `notificationHeaders.<receiver>.<header>`.
 */
export async function secret(environment: AnyEnvironment, name: string, options: { json?: boolean }, report: Report): Promise<void> {
  const keys = splitName(name);
  checkName(environment, keys);
  const open = await openStack(environment, "create", report);
  const value = process.stdin.isTTY ? await ask(`${name}: `, true) : (await text(process.stdin)).replace(/\r?\n$/, "");
  if (value === "") throw new Failure(`${name}: the value is empty; nothing was changed.`, ExitCode.WrongUse);
  await open.feed(value, "config", "set", "--secret", "--path", configPath(keys));
  if (options.json === true) printJson({ environment: environment.name, secret: name, file: environment.configFile });
  else print(`${name} is in ${environment.configFile}, encrypted; \`npx ha-registry up ${environment.name}\` puts it to use.`);
}

/** A user may have dots in the name, a receiver may not. */
function splitName(name: string): string[] {
  const [field = "", ...rest] = name.split(".");
  const [first = "", ...others] = rest;
  if (field === "passwords" && first !== "") return [field, rest.join(".")];
  if (field === "notificationHeaders" && others.length > 0) return [field, first, others.join(".")];
  if (field !== "passwords" && field !== "notificationHeaders") return [field, ...rest];
  throw new Failure(
    `Say which one: ${field === "passwords" ? "passwords.<user>" : "notificationHeaders.<receiver>.<header>"}`,
    ExitCode.WrongUse,
  );
}

function configPath([field, ...rest]: readonly string[]): string {
  const inner = rest.map((key) => `[${JSON.stringify(key)}]`).join("");
  return `${PROJECT}:secrets.${field}${inner}${field === "notificationHeaders" ? "[0]" : ""}`;
}

/**
 * Tries the name on the configuration before anybody types a secret for a field that does not exist.
 *
 * @throws {Failure} with what is wrong with it.
 */
function checkName({ name, config, configFile }: AnyEnvironment, keys: readonly string[]): void {
  const value: unknown = { secure: "v1:…" };
  const leaf: unknown = keys[0] === "notificationHeaders" ? [value] : value;
  const secrets = keys.reduceRight<unknown>((inner, key) => ({ [key]: inner }), leaf);
  const problems = findProblems(name, { ...config, secrets }, "encrypted");
  const own = problems.filter(({ path }) => path.startsWith("secrets"));
  if (own.length > 0) throw new Failure(new RegistryError(configFile, own).message, ExitCode.WrongUse);
}
