import { backupProblem, lastSuccess } from "./backup-status";
import { compareVersions, imageTable, isVersion } from "ha-registry-core";
import { fullness, reserve } from "./capacity-report";
import { describe as describeDrift } from "./drift";
import type { CertificateFact, HealthFacts, VersionFact } from "./health-facts";
import { Level } from "./level";
import { bytes } from "./print";
import { describe as describeStore } from "./status";

/** One line of the report. */
export interface Check {
  /** What was looked at, as `certificates`. */
  check: string;
  level: Level;
  /** What was found. */
  finding: string;
  /** What to do; absent where all is well. */
  advice?: string;
}

/** Days before the end of a certificate that want attention, and that leave no time; less where certificates are short-lived. */
const endOfCertificate = { attention: 21, wrong: 7 } as const;

/** The same for the CA: every client has to learn of a new one first. */
const endOfCa = { attention: 180, wrong: 30 } as const;

/** Age of a password that wants attention, days. */
const oldPasswordDays = 365;

/** How far clocks may be apart, seconds: TLS and the ages of what is collected go by them. */
const clockSeconds = { attention: 2, wrong: 30 } as const;

/** How far a replica may be behind, bytes: it is a cache of small entries. */
const lagBytes = 1024 * 1024;

/** The guides' quarterly look, a list of questions: a further part of a registry adds its own. */
const checks: readonly ((facts: HealthFacts) => Check[])[] = [
  checkServing,
  checkContainers,
  checkRestarts,
  checkVersions,
  checkCertificates,
  checkPasswords,
  checkCapacity,
  checkCollection,
  checkReplication,
  checkRedundancy,
  checkBackup,
  checkMonitoring,
  checkDrift,
  checkLogs,
  checkClocks,
];

/** The whole report. */
export function checkHealth(facts: HealthFacts): Check[] {
  return checks.flatMap((check) => check(facts));
}

function checkServing({ survey: { endpoints, hosts } }: HealthFacts): Check[] {
  const check = "serving";
  const away = hosts.flatMap(({ name, failure }) => (failure === undefined ? [] : [`${name || "Docker"} does not answer: ${failure}`]));
  const silent = endpoints.flatMap(({ url, problem }) => (problem === undefined ? [] : [`${url} does not serve: ${problem}`]));
  if (away.length + silent.length === 0) return [ok(check, `${endpoints.map(({ url }) => url).join(", ")} serves`)];
  return [...away, ...silent].map((finding) => wrong(check, finding, "start what is away; `status` tells what runs"));
}

function checkContainers({ name, survey: { containers, redis } }: HealthFacts): Check[] {
  const check = "containers";
  const sick = [...containers, ...redis].flatMap(({ name: each, problem }) => (problem === undefined ? [] : [`${each} ${problem}`]));
  if (sick.length === 0) return [ok(check, `all ${containers.length} run`)];
  return sick.map((finding) =>
    wrong(check, finding, `\`docker logs\` tells why; \`npx ha-registry up ${name}\` makes anew what is missing`),
  );
}

function checkRestarts({ survey: { containers } }: HealthFacts): Check[] {
  const check = "restarts";
  const killed = containers.filter(({ outOfMemory }) => outOfMemory).map(({ name }) => name);
  const restarted = containers.filter(({ restarts }) => restarts > 0).map(({ name, restarts }) => `${name} ${restarts} times`);
  const found = [
    ...(killed.length > 0
      ? [wrong(check, `ended for want of memory: ${killed.join(", ")}`, "give that part more memory (memoryMiB)")]
      : []),
    ...(restarted.length > 0 ? [attention(check, `started again by Docker: ${restarted.join(", ")}`, "`docker logs` tells why")] : []),
  ];
  return found.length > 0 ? found : [ok(check, "nothing was started again since it was made")];
}

function checkVersions({ versions, name }: HealthFacts): Check[] {
  return versions.map((fact) => judgeVersion(fact, name));
}

function judgeVersion({ image, reference, version }: VersionFact, name: string): Check {
  const check = "versions";
  const { floor, floorReason } = imageTable[image];
  if (version === undefined || !isVersion(version))
    return attention(check, `${reference} does not say its version`, `make sure that it is ${floor} or newer`);
  if (compareVersions(version, floor) >= 0) return ok(check, `${reference} is ${version}, and ${floor} is the least`);
  const advice = `take ${floor} or newer (${floorReason}): images.references.${image}, or fetch the tag again, then \`up ${name}\``;
  return wrong(check, `${reference} is ${version}, older than ${floor}`, advice);
}

function checkCertificates({ name, certificates, survey: { topology } }: HealthFacts): Check[] {
  const early = Math.max(1, topology.certificates.earlyRenewalHours / 24);
  return certificates.map((certificate) => judgeCertificate(certificate, early, name));
}

function judgeCertificate({ name: certificate, kind, daysLeft }: CertificateFact, early: number, name: string): Check {
  const check = "certificates";
  const { attention: soon, wrong: late } = kind === "ca" ? endOfCa : endOfCertificate;
  const least = kind === "ca" ? soon : Math.min(soon, early);
  const finding = `${certificate} (${kind}) ends in ${daysLeft} days`;
  if (daysLeft >= least) return ok(check, finding);
  const advice = {
    ca: `\`npx ha-registry rotate certificates ${name} --ca\`, and let clients trust the new one`,
    given: "give a new one: registry.trust.certificatePem and the secret privateKeyPem, then up",
    server: `\`npx ha-registry up ${name}\` renews it`,
    inner: `\`npx ha-registry up ${name}\` renews it`,
  }[kind];
  return daysLeft < Math.min(late, least) ? wrong(check, finding, advice) : attention(check, finding, advice);
}

function checkPasswords({ name, passwords }: HealthFacts): Check[] {
  const check = "passwords";
  const old = passwords.filter(({ ageDays }) => ageDays > oldPasswordDays);
  if (passwords.length === 0) return [];
  const oldest = Math.max(...passwords.map(({ ageDays }) => ageDays));
  if (old.length === 0) return [ok(check, `the oldest of ${passwords.length} generated ones is ${oldest} days old`)];
  const advice = `\`npx ha-registry rotate passwords ${name}\` (or redis) makes them anew`;
  return [attention(check, `older than ${oldPasswordDays} days: ${old.map((each) => each.name).join(", ")}`, advice)];
}

function checkCapacity({ survey: { store }, outlook }: HealthFacts): Check[] {
  const check = "capacity";
  const { growth, daysToFull, level, problems } = outlook;
  const advice = `make room before it is ${fullness.attention * 100} % full, and keep ${reserve.factor * 100} % of a quarter's growth free; \`gc\` removes what nothing refers to`;
  const grows = growth === undefined ? "growth is not known yet" : `${bytes(growth.bytesPerDay)} more a day`;
  const lasts = daysToFull === undefined ? "" : `, full in ${daysToFull} days`;
  if (level === Level.Ok) return [ok(check, `${describeStore(store)}; ${grows}${lasts}`)];
  return [{ check, level, finding: problems.join("; "), advice }];
}

function checkCollection({ name, survey: { topology, collection } }: HealthFacts): Check[] {
  const check = "garbage collection";
  if (topology.garbageCollection === undefined)
    return [attention(check, "what nothing refers to is never removed", "set registry.garbageCollection, with rules of retention")];
  if (collection === undefined) return [ok(check, `is set; it has not run yet, and does at ${topology.garbageCollection.startsAt} UTC`)];
  if (collection.result === "done") return [ok(check, `removed ${collection.blobs} blobs at ${collection.time}`)];
  return [wrong(check, `failed at ${collection.time}`, `\`npx ha-registry gc ${name}\` says why`)];
}

function checkReplication({ survey: { redis, store } }: HealthFacts): Check[] {
  const check = "replication";
  const replicas = redis.flatMap(({ name, lagBytes: lag }) => (lag === undefined ? [] : [{ name, lag }]));
  const late = replicas.filter(({ lag }) => lag > lagBytes);
  const away = (store.nodes ?? []).filter(({ up }) => !up).map(({ name }) => name);
  const found = [
    ...late.map(({ name, lag }) =>
      attention(check, `${name} is ${bytes(lag)} behind its primary`, "look at the network between the hosts"),
    ),
    ...(away.length > 0
      ? [wrong(check, `Garage does not see ${away.join(", ")}`, "start them: copies are fewer than they should be")]
      : []),
  ];
  if (found.length > 0 || (replicas.length === 0 && store.nodes === undefined)) return found;
  return [
    ok(
      check,
      [...(replicas.length > 0 ? ["Redis's replicas have everything"] : []), ...(store.nodes ? ["Garage's copies are complete"] : [])].join(
        "; ",
      ),
    ),
  ];
}

function checkRedundancy({ survey: { topology, containers } }: HealthFacts): Check[] {
  const check = "redundancy";
  const { hosts, nodes } = topology;
  const running = nodes.filter(({ name }) => containers.some((each) => each.name === name && each.problem === undefined)).length;
  if (running < 2) return [wrong(check, `${running} of ${nodes.length} nodes serve`, "start the others: the next failure is an outage")];
  if (hosts.length === 1)
    return [
      attention(
        check,
        `${running} nodes serve, all on one host: its failure is an outage`,
        "put it on three (registry.hosts), or keep a backup at hand",
      ),
    ];
  const spread = hosts.map(({ name }) => `${name} ${nodes.filter(({ host }) => host === name).length}`);
  return [ok(check, `${running} of ${nodes.length} nodes serve: ${spread.join(", ")}`)];
}

function checkBackup({ name, survey: { topology, backups } }: HealthFacts): Check[] {
  const check = "backups";
  if (topology.backup === undefined)
    return [attention(check, "there are none", "name two targets in backup.targets, one of them elsewhere, and try to restore them")];
  if (backups.length === 0) return [wrong(check, `${topology.backup.name} does not tell of any`, `\`npx ha-registry status ${name}\``)];
  const problems = backups.flatMap((each) => backupProblem(each) ?? []);
  if (problems.length > 0) return problems.map((problem) => wrong(check, problem, `\`npx ha-registry backup ${name} now\` says why`));
  const told = backups.map((each) => `${each.target} at ${lastSuccess(each)}`).join(", ");
  if (backups.length === 1)
    return [attention(check, `${told}: with the store these are two copies`, "name a second target, one of the two elsewhere (3-2-1)")];
  return [ok(check, told)];
}

function checkMonitoring({ survey: { containers } }: HealthFacts): Check[] {
  const check = "alerts";
  if (containers.some(({ part }) => part === "monitoring")) return [ok(check, "the registry is watched")];
  return [attention(check, "nobody is told when something fails", "scrape the metrics endpoint (`outputs`), and alert on it")];
}

function checkDrift({ name, drift }: HealthFacts): Check[] {
  const check = "drift";
  if (typeof drift === "string") return [attention(check, `is not known: ${drift}`, `\`npx ha-registry drift ${name}\``)];
  if (drift.length === 0) return [ok(check, "nothing differs from state and file")];
  return drift.map((each) => attention(check, describeDrift(each).trim(), `\`npx ha-registry up ${name}\` mends it, if it is not meant`));
}

function checkLogs({ survey: { hosts } }: HealthFacts): Check[] {
  const check = "logs";
  const containers = hosts.flatMap((host) => host.containers);
  const unbound = containers.filter(({ logLimitBytes }) => logLimitBytes === undefined).map(({ name }) => name);
  if (unbound.length > 0) return [attention(check, `nothing bounds those of ${unbound.join(", ")}`, "`up` gives them bounds")];
  const most = Math.max(0, ...hosts.map((host) => host.containers.reduce((sum, { logLimitBytes = 0 }) => sum + logLimitBytes, 0)));
  return [ok(check, `are rotated, and take ${bytes(most)} of a host at most`)];
}

function checkClocks({ survey: { hosts } }: HealthFacts): Check[] {
  const check = "clocks";
  const clocks = hosts.flatMap(({ clockAheadSeconds }) => clockAheadSeconds ?? []);
  if (clocks.length === 0) return [];
  // This machine's own is one of them: it says what is too old.
  const apart = Math.max(0, ...clocks) - Math.min(0, ...clocks);
  const finding = `hosts and this machine are ${apart.toFixed(1)} s apart`;
  if (apart <= clockSeconds.attention) return [ok(check, finding)];
  const advice = "set them by NTP: TLS between hosts, and what is old enough to be removed, go by them";
  return [apart > clockSeconds.wrong ? wrong(check, finding, advice) : attention(check, finding, advice)];
}

function ok(check: string, finding: string): Check {
  return { check, level: Level.Ok, finding };
}

function attention(check: string, finding: string, advice: string): Check {
  return { check, level: Level.Attention, finding, advice };
}

function wrong(check: string, finding: string, advice: string): Check {
  return { check, level: Level.Wrong, finding, advice };
}
