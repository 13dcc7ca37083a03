import { resolveTopology } from "ha-registry-core";
import type { Report } from "ha-registry-tools";
import { addSample } from "./capacity-history";
import { growthOf, outlook, reserve, type Outlook } from "./capacity-report";
import type { Environment } from "./environment";
import { ExitCode } from "./exit";
import { hostsOf } from "./hosts";
import { Level } from "./level";
import { observe } from "./observe";
import { bytes, print, printJson, table } from "./print";
import { describe } from "./status";
import type { StoreUsage } from "./store-usage";
import { measureStore } from "./survey";
import { openStack } from "./workspace";

/** Tells how full the store is and how long it lasts. What it finds is remembered, for growth is known only by looking again. */
export async function capacity(environment: Environment, options: { json?: boolean }, report: Report): Promise<ExitCode> {
  const { name, config } = environment;
  const open = await openStack(environment, "existing", report);
  const topology = resolveTopology(name, config.registry);
  const hosts = await observe(name, hostsOf(name, config));
  const usage = await measureStore(environment, open, topology, hosts, true);
  const found = lookAhead(environment, usage);
  if (options.json === true) printJson({ environment: name, well: found.level === Level.Ok, ...usage, ...found });
  else print(...listing(name, usage, found));
  return found.level === Level.Ok ? ExitCode.Success : ExitCode.NotWell;
}

/** What use means for the days to come, by what was remembered; it is remembered, too. */
export function lookAhead(environment: Pick<Environment, "name" | "stateDirectory">, usage: StoreUsage): Outlook {
  const { storedBytes } = usage;
  return outlook(usage, storedBytes === undefined ? undefined : growthOf(addSample(environment, storedBytes)));
}

function listing(name: string, usage: StoreUsage, { fullness, growth, daysToFull, reserveBytes, problems }: Outlook): string[] {
  const nodes = (usage.nodes ?? []).map((node) => [
    node.name,
    node.up ? "" : "away",
    bytes(node.assignedBytes),
    bytes(node.usedBytes),
    bytes(node.freeBytes),
  ]);
  const facts = [
    ["Store", describe(usage)],
    ["Full", fullness === undefined ? "not known: nothing tells its end" : `${(fullness * 100).toFixed(1)} %`],
    [
      "Growth",
      growth === undefined ? "not known yet: look again in a day" : `${bytes(growth.bytesPerDay)} a day, over ${growth.days} days`,
    ],
    ["Lasts", daysToFull === undefined ? "not known, or for ever" : `${daysToFull} days`],
    [
      "Reserve",
      reserveBytes === undefined
        ? "not known yet"
        : `${bytes(reserveBytes)} should be free: ${reserve.factor * 100} % of ${reserve.days} days' growth`,
    ],
  ];
  return [
    ...facts.map(([label = "", value = ""]) => `  ${label.padEnd(7)}  ${value}`),
    ...(nodes.length === 0 ? [] : ["", ...table(["NODE", "", "ASSIGNED", "USED", "FREE"], nodes)]),
    "",
    ...(problems.length === 0 ? [`${name}: there is room`] : [`${name}: not well`, ...problems.map((problem) => `  ${problem}`)]),
  ];
}
