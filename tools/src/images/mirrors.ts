import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { RegistryError } from "ha-registry-core";

/** Where Debian's packages come from. */
export interface DebianMirrors {
  /** URIs of the archive. */
  main: string[];
  /** URIs of the security archive. */
  security: string[];
}

/** One source of packages as the machine's own configuration names it. */
interface Source {
  uris: string[];
  suites: string[];
  components: string[];
  signedBy: string;
}

/** Names that Debian's releases have in package sources, besides the code name of the machine's own. */
const RELEASE_ALIASES = ["oldstable", "stable", "testing", "sid", "unstable"];

/**
 * The mirrors that this machine gets Debian's packages from: any of them serves other releases as well.
 * `HA_REGISTRY_DEBIAN_MIRROR` (archive, and optionally security archive, separated by a blank) comes before its own configuration.
 *
 * @param etc Directory with os-release and apt's configuration.
 * @throws {RegistryError} when the machine is no Debian, or names no mirror.
 */
export async function readDebianMirrors(etc = "/etc"): Promise<DebianMirrors> {
  const [archive, securityArchive] = (process.env.HA_REGISTRY_DEBIAN_MIRROR ?? "").split(/\s+/).filter(Boolean);
  if (archive !== undefined) return { main: [archive], security: securityArchive === undefined ? [] : [securityArchive] };

  const release = await codeName(etc);
  const sources = release === undefined ? [] : (await readSources(join(etc, "apt"))).filter((source) => isDebian(source, release));
  const security = sources.filter(({ suites }) => suites.some(isSecurity));
  const main = sources.filter(({ suites }) => suites.some((suite) => !isSecurity(suite)));
  if (main.length === 0) {
    throw new RegistryError("images", [
      {
        path: "package sources",
        message:
          "this machine names no Debian mirror to build images from; name one in HA_REGISTRY_DEBIAN_MIRROR, " +
          "load the images with docker load, or set images.mirror to a registry that has them",
      },
    ]);
  }
  return { main: unique(main.flatMap(({ uris }) => uris)), security: unique(security.flatMap(({ uris }) => uris)) };
}

async function codeName(etc: string): Promise<string | undefined> {
  const text = await readFile(join(etc, "os-release"), "utf8").catch(() => "");
  const field = (name: string): string | undefined => new RegExp(`^${name}="?([^"\\n]*)"?$`, "m").exec(text)?.[1];
  return field("ID") === "debian" ? (field("VERSION_CODENAME") ?? "sid") : undefined;
}

/** Third parties name Debian's suites as well; they are told apart by their keys. */
function isDebian({ suites, components, signedBy }: Source, release: string): boolean {
  const releases = [release, ...RELEASE_ALIASES];
  const isOfDebian = (suite: string): boolean => releases.includes(suite.replace(/(-security|-updates|\/updates)$/, ""));
  return components.includes("main") && suites.some(isOfDebian) && (signedBy === "" || signedBy.includes("debian-archive"));
}

function isSecurity(suite: string): boolean {
  return suite.endsWith("-security") || suite.endsWith("/updates");
}

async function readSources(apt: string): Promise<Source[]> {
  const parts = (await readdir(join(apt, "sources.list.d")).catch((): string[] => [])).sort();
  const files = [join(apt, "sources.list"), ...parts.map((part) => join(apt, "sources.list.d", part))];
  const sources = await Promise.all(
    files.map(async (file) => {
      const text = await readFile(file, "utf8").catch(() => "");
      if (file.endsWith(".list")) return parseOneLineSources(text);
      return file.endsWith(".sources") ? parseDeb822Sources(text) : [];
    }),
  );
  return sources.flat();
}

/** The sources of a `.list` file (sources.list(5), "one-line-style format"). */
export function parseOneLineSources(text: string): Source[] {
  return text.split("\n").flatMap((line) => {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s*([^#]*)/.exec(line);
    if (match === null) return [];
    const [, options = "", uri = "", suite = "", components = ""] = match;
    return [{ uris: [uri], suites: [suite], components: words(components), signedBy: /signed-by=(\S+)/.exec(options)?.[1] ?? "" }];
  });
}

/** The sources of a `.sources` file (sources.list(5), "deb822-style format"). */
export function parseDeb822Sources(text: string): Source[] {
  const withoutComments = text.replace(/^#.*\n/gm, "");
  return withoutComments.split(/\n\s*\n/).flatMap((stanza) => {
    const fields = new Map<string, string>();
    for (const [, name = "", value = ""] of stanza.matchAll(/^([\w-]+):((?:.*)(?:\n[ \t].*)*)/gm))
      fields.set(name.toLowerCase(), value.trim());
    const field = (name: string): string => fields.get(name) ?? "";
    if (!words(field("types")).includes("deb") || field("enabled").toLowerCase() === "no") return [];
    return [
      { uris: words(field("uris")), suites: words(field("suites")), components: words(field("components")), signedBy: field("signed-by") },
    ];
  });
}

function words(text: string): string[] {
  return text.split(/\s+/).filter(Boolean);
}

function unique(values: string[]): string[] {
  return [...new Set(values.map((value) => value.replace(/\/+$/, "")))];
}
