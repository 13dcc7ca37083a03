import { ImageName, imageTable, parseReference } from "ha-registry-core";
import type { Topology } from "ha-registry-core";
import { runningVersion, type Report } from "ha-registry-tools";
import { lookAhead } from "./capacity";
import type { Outlook } from "./capacity-report";
import { findDrift, type Drift } from "./drift";
import { daysUntil } from "./endpoint";
import type { Environment } from "./environment";
import type { FoundHost } from "./observe";
import { readState, types, type StateResource } from "./state";
import { survey, type Survey } from "./survey";
import type { OpenStack } from "./workspace";

/** What a check of a registry's health goes by. */
export interface HealthFacts {
  name: string;
  survey: Survey;
  outlook: Outlook;
  versions: VersionFact[];
  certificates: CertificateFact[];
  passwords: PasswordFact[];
  /** What differs, or why that is not known. */
  drift: Drift[] | string;
}

/** A program that runs. */
export interface VersionFact {
  image: ImageName;
  /** Reference that it was made of. */
  reference: string;
  /** A container that runs it. */
  container: string;
  /** What it says of itself; absent when it does not say. */
  version?: string;
}

/** A certificate. */
export interface CertificateFact {
  /** Name, as the state has it, or the URL where it is shown. */
  name: string;
  kind: "ca" | "server" | "inner" | "given";
  daysLeft: number;
}

/** A generated password. */
export interface PasswordFact {
  /** Name, as the state has it. */
  name: string;
  ageDays: number;
}

/** Gathers all of it, one after the other where it costs: nothing of it is to be noticed by clients. */
export async function healthFacts(environment: Environment, open: OpenStack, report: Report): Promise<HealthFacts> {
  const found = await survey(environment, open, true);
  const { resources } = await readState(open);
  return {
    name: environment.name,
    survey: found,
    outlook: lookAhead(environment, found.store),
    versions: await versions(found.topology, found.hosts),
    certificates: [...certificatesIn(resources), ...givenCertificates(environment, found)].sort((a, b) => a.daysLeft - b.daysLeft),
    passwords: passwordsIn(resources),
    drift: await differing(environment, open, found, report),
  };
}

/** One container of each image on each host is asked. */
async function versions(topology: Topology, hosts: readonly FoundHost[]): Promise<VersionFact[]> {
  const asked = hosts.flatMap(({ docker, containers }) => {
    const running = containers.filter(({ state }) => state === "running");
    const references = [...new Set(running.map(({ image }) => image))];
    return references.map(async (reference): Promise<VersionFact[]> => {
      const image = imageOf(topology, reference);
      const container = running.find((each) => each.image === reference)?.name;
      if (image === undefined || container === undefined) return [];
      const version = await runningVersion(docker, container, image);
      return [{ image, reference, container, ...(version === undefined ? {} : { version }) }];
    });
  });
  return (await Promise.all(asked)).flat().sort((a, b) => a.reference.localeCompare(b.reference));
}

/** Which image of the table a reference stands for: by the configuration, or, where that has changed since, by its repository. */
export function imageOf({ images }: Pick<Topology, "images">, reference: string): ImageName | undefined {
  const repository = parseReference(reference)?.repository;
  return (
    Object.values(ImageName).find((name) => images[name] === reference) ??
    Object.values(ImageName).find((name) => repository !== undefined && `/${repository}`.endsWith(`/${imageTable[name].repository}`))
  );
}

/** Certificates that the registry has made itself. */
export function certificatesIn(resources: readonly StateResource[], now = Date.now()): CertificateFact[] {
  return resources.flatMap(({ type, urn, outputs }): CertificateFact[] => {
    const end = outputs?.["validityEndTime"];
    if (typeof end !== "string" || (type !== types.certificate && type !== types.caCertificate)) return [];
    const kind = type === types.caCertificate ? "ca" : urn.includes("ha-registry-docker:index:Certificates$") ? "server" : "inner";
    return [{ name: urn.split("::").at(-1) ?? urn, kind, daysLeft: daysUntil(end, now) }];
  });
}

/** The one that the stack file gives is seen where it is shown. */
function givenCertificates({ config }: Environment, { endpoints }: Survey): CertificateFact[] {
  if (config.registry?.trust?.certificatePem === undefined) return [];
  return endpoints.flatMap(({ url, certificate }) =>
    certificate === undefined ? [] : [{ name: url, kind: "given" as const, daysLeft: daysUntil(certificate.expires) }],
  );
}

/** Passwords of users and of Redis, by the time at which they were made. */
export function passwordsIn(resources: readonly StateResource[], now = Date.now()): PasswordFact[] {
  return resources.flatMap(({ type, urn, created }) => {
    if (type !== types.password || created === undefined) return [];
    return [{ name: urn.split("::").at(-1) ?? urn, ageDays: -daysUntil(created, now) - 1 }];
  });
}

/** A host that is away cannot be asked what differs there. */
async function differing(environment: Environment, open: OpenStack, { hosts }: Survey, report: Report): Promise<Drift[] | string> {
  const away = hosts.filter(({ failure }) => failure !== undefined).map(({ name }) => name || "Docker");
  if (away.length > 0) return `${away.join(", ")} does not answer`;
  try {
    return await findDrift(environment, open, report);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
