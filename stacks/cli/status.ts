import type { Report } from "ha-registry-tools";
import { outlook } from "./capacity-report";
import { lastSuccess } from "./backup-status";
import type { ContainerStatus } from "./container-status";
import { daysUntil } from "./endpoint";
import type { Environment } from "./environment";
import { ExitCode } from "./exit";
import { Level } from "./level";
import { bytes, duration, print, printJson, table } from "./print";
import type { StoreUsage } from "./store-usage";
import { problemsOf, survey, type Survey } from "./survey";
import { openStack } from "./workspace";

/** Tells what runs of a registry, and how well. A host that does not answer is told, like everything else. */
export async function status(environment: Environment, options: { json?: boolean }, report: Report): Promise<ExitCode> {
  const { name } = environment;
  const found = await survey(environment, await openStack(environment, "existing", report), false);
  const { level, problems: ofSpace } = outlook(found.store, undefined);
  const problems = [...problemsOf(found), ...(level === Level.Wrong && found.store.problem === undefined ? ofSpace : [])];
  if (options.json === true) printJson(toJson(name, found, problems));
  else print(...listing(name, found, problems));
  return problems.length === 0 ? ExitCode.Success : ExitCode.NotWell;
}

function toJson(
  environment: string,
  { hosts, containers, endpoints, redis, store, collection, backups }: Survey,
  problems: readonly string[],
): object {
  return {
    environment,
    well: problems.length === 0,
    problems,
    endpoints: endpoints.map(({ certificate, ...endpoint }) => ({
      ...endpoint,
      ...(certificate === undefined ? {} : { certificate: { ...certificate, daysLeft: daysUntil(certificate.expires) } }),
    })),
    hosts: hosts.map(({ name, failure }) => ({
      name,
      answers: failure === undefined,
      ...(failure === undefined ? {} : { problem: failure }),
    })),
    containers,
    redis,
    store,
    ...(collection === undefined ? {} : { collection }),
    ...(backups.length === 0 ? {} : { backups }),
  };
}

function listing(
  name: string,
  { containers, endpoints, redis, store, collection, backups }: Survey,
  problems: readonly string[],
): string[] {
  const head = ["CONTAINER", "HOST", "STATE", "HEALTH", "RESTARTS", "FOR", "IMAGE"];
  const facts: [string, string][] = [
    ...endpoints.map(({ url, answers, status: code, milliseconds }): [string, string] => [
      "Endpoint",
      `${url} ${answers ? `serves (${code ?? "asks for a certificate"}, ${milliseconds ?? 0} ms)` : "does not serve"}`,
    ]),
    ...[...new Set(endpoints.flatMap(({ certificate }) => (certificate === undefined ? [] : [certificate.expires])))].map(
      (expires): [string, string] => ["Certificate", `${daysUntil(expires)} days left, until ${expires.slice(0, 10)}`],
    ),
    ...redis.map((server): [string, string] => [
      "Redis",
      `${server.name} is ${server.role}${server.lagBytes === undefined ? "" : `, ${bytes(server.lagBytes)} behind`}`,
    ]),
    ["Store", describe(store)],
    ...(collection === undefined ? [] : [["Collection", `${collection.result} at ${collection.time}`] as [string, string]]),
    ...backups.map((each): [string, string] => ["Backup", `${each.target}: ${lastSuccess(each)}, ${each.points} points`]),
  ];
  const width = Math.max(...facts.map(([label]) => label.length));
  return [
    ...table(head, containers.map(row)),
    "",
    ...facts.map(([label, value]) => `  ${label.padEnd(width)}  ${value}`),
    "",
    ...(problems.length === 0 ? [`${name}: all is well`] : [`${name}: not well`, ...problems.map((problem) => `  ${problem}`)]),
  ];
}

function row({ name, host, state, health, restarts, since, image }: ContainerStatus): string[] {
  const age = state === "running" ? duration(Date.now() - Date.parse(since)) : "";
  return [name, host, state, health, restarts === 0 ? "" : String(restarts), age, image];
}

/** How much a store holds, for people. */
export function describe({ kind, storedBytes, usedBytes, freeBytes }: StoreUsage): string {
  const parts = [
    ...(storedBytes === undefined ? [] : [`${bytes(storedBytes)} of images`]),
    ...(usedBytes === undefined || usedBytes === storedBytes ? [] : [`${bytes(usedBytes)} used there`]),
    ...(freeBytes === undefined ? [] : [`${bytes(freeBytes)} free`]),
  ];
  return `${kind}${parts.length === 0 ? "" : `: ${parts.join(", ")}`}`;
}
