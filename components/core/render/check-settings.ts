import { checkNumber, checkText, isText } from "../checks";
import { Problems } from "../errors";
import type { NotificationSettings, RegistrySecrets, RegistrySettings } from "../settings";
import type { CommonTopology, PartsOfTopology } from "../topology-common";
import { parseYamlMap } from "./yaml";

/** Parts that change what is stored. */
export interface ChangingParts {
  /** Whether garbage is collected. @default false */
  collectsGarbage?: boolean;
  /** Whether the synthetic probe pushes. @default false */
  probes?: boolean;
}

/** Those of a resolved registry. */
export function changingParts({ garbageCollection, monitoring }: PartsOfTopology): ChangingParts {
  return { collectsGarbage: garbageCollection !== undefined, probes: monitoring?.probe !== undefined };
}

/**
 * Checks values that only end inside the registry's configuration file.
 *
 * @param name Name of the registry, for the error.
 * @param settings What the user asks for.
 * @param parts What the registry has beside itself.
 * @throws {RegistryError} with every problem found, under `settings.…`.
 */
export function checkSettings(name: string, settings: RegistrySettings, parts: ChangingParts = {}): void {
  const problems = new Problems();
  noteSettingsProblems(settings, parts, problems);
  problems.throwIfAny(name);
}

const whole = { to: 1_000_000, whole: true };

/** Notes what is wrong with settings. */
export function noteSettingsProblems(
  settings: RegistrySettings,
  { collectsGarbage = false, probes = false }: ChangingParts,
  problems: Problems,
): void {
  const at = (field: string): string => `settings.${field}`;
  checkNumber(problems, at("uploadPurgeAgeHours"), settings.uploadPurgeAgeHours, { from: 1, ...whole });
  checkNumber(problems, at("uploadPurgeIntervalHours"), settings.uploadPurgeIntervalHours, { from: 1, ...whole });
  checkNumber(problems, at("catalogMaxEntries"), settings.catalogMaxEntries, { from: 1, ...whole });
  checkNumber(problems, at("maxTags"), settings.maxTags, { from: 1, ...whole });
  checkNumber(problems, at("tagConcurrencyLimit"), settings.tagConcurrencyLimit, { from: 1, to: 1000, whole: true });
  noteProxyProblems(settings, problems);
  problems.require(
    !collectsGarbage || settings.proxy === undefined,
    at("proxy"),
    "a pull-through cache removes by itself what nobody asked for in proxy.ttlHours: leave garbageCollection out",
  );
  problems.require(
    !probes || settings.proxy === undefined,
    at("proxy"),
    "a pull-through cache cannot be pushed to, and the synthetic probe would always fail: set monitoring.probe.enabled to false",
  );
  for (const [name, receiver] of Object.entries(settings.notifications ?? {})) noteReceiverProblems(name, receiver, problems);
  noteHeaderProblems(at("headers"), settings.headers ?? {}, problems);
  if (settings.extraConfig !== undefined) parseYamlMap(settings.extraConfig, at("extraConfig"), problems);
}

function noteProxyProblems({ proxy, deleteEnabled }: RegistrySettings, problems: Problems): void {
  if (proxy === undefined) return;
  checkText(problems, "settings.proxy.remoteUrl", proxy.remoteUrl, "url");
  checkNumber(problems, "settings.proxy.ttlHours", proxy.ttlHours, { from: 0, ...whole });
  problems.require(
    deleteEnabled !== false || proxy.ttlHours === 0,
    "settings.deleteEnabled",
    "a pull-through cache removes what is older than proxy.ttlHours: leave deletion on, or set proxy.ttlHours to 0",
  );
}

const actions = ["pull", "push", "mount", "delete"];

function noteReceiverProblems(name: string, receiver: NotificationSettings, problems: Problems): void {
  const path = `settings.notifications.${name}`;
  problems.require(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name),
    path,
    "a receiver's name is 1 to 64 letters, digits and . _ -, with a letter or digit first",
  );
  checkText(problems, `${path}.url`, receiver.url, "url");
  checkNumber(problems, `${path}.timeoutMilliseconds`, receiver.timeoutMilliseconds, { from: 1, to: 600_000, whole: true });
  checkNumber(problems, `${path}.threshold`, receiver.threshold, { from: 1, ...whole });
  checkNumber(problems, `${path}.backoffSeconds`, receiver.backoffSeconds, { from: 1, to: 86_400, whole: true });
  for (const [index, type] of (receiver.ignoredMediaTypes ?? []).entries())
    checkText(problems, `${path}.ignoredMediaTypes[${index}]`, type, "word");
  for (const [index, action] of (receiver.ignoredActions ?? []).entries()) {
    problems.require(
      actions.includes(action),
      `${path}.ignoredActions[${index}]`,
      `${JSON.stringify(action)} is not one of ${actions.join(", ")}`,
    );
  }
}

/** Names are tokens of RFC 9110, values printable ASCII; a value is never repeated in a message, since it may be secret. */
function noteHeaderProblems(path: string, headers: Record<string, string[]>, problems: Problems): void {
  for (const [name, values] of Object.entries(headers)) {
    problems.require(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name), `${path}.${name}`, "is not the name of a header");
    const fit = Array.isArray(values) && values.every((value) => isText(value, /^[\x20-\x7e]*$/));
    problems.require(fit, `${path}.${name}`, "has to be a list of values, each one line of printable ASCII");
  }
}

/** Notes what is wrong with secrets, without repeating any. */
export function noteSecretsProblems(
  topology: CommonTopology,
  settings: RegistrySettings,
  secrets: RegistrySecrets,
  problems: Problems,
): void {
  const { httpSecret, notificationHeaders, ...words } = secrets;
  problems.require(
    httpSecret !== "",
    "secrets.httpSecret",
    "is empty: each node would make one of its own, and uploads that change nodes would fail",
  );
  for (const [name, value] of Object.entries({ httpSecret, ...words })) {
    problems.require(value === undefined || isLine(value), `secrets.${name}`, "has to be one line of text");
  }
  notePair(secrets, "s3AccessKey", "s3SecretKey", problems);
  notePair(secrets, "proxyUsername", "proxyPassword", problems);
  for (const [name, headers] of Object.entries(notificationHeaders ?? {})) {
    const known = Object.hasOwn(settings.notifications ?? {}, name);
    problems.require(known, `secrets.notificationHeaders.${name}`, "belongs to no receiver of settings.notifications");
    noteHeaderProblems(`secrets.notificationHeaders.${name}`, headers, problems);
  }
  const own = topology.redis.enabled && !topology.redis.external;
  problems.require(
    !own || Boolean(secrets.redisPassword),
    "secrets.redisPassword",
    "is missing, and the registry's own Redis lets nobody in without it",
  );
}

/** The registry takes half a pair for none and goes on anonymously. */
function notePair(secrets: RegistrySecrets, one: keyof RegistrySecrets, other: keyof RegistrySecrets, problems: Problems): void {
  for (const [given, missing] of [
    [one, other],
    [other, one],
  ] as const) {
    problems.require(
      !secrets[given] || Boolean(secrets[missing]),
      `secrets.${missing}`,
      `is missing, and ${given} is of no use without it`,
    );
  }
}

function isLine(text: string): boolean {
  return isText(text, /^[^\p{Cc}\p{Cs}]*$/u);
}
