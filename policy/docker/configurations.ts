import { parse } from "yaml";
import type { JudgedContainer } from "./container";

/** A file that a container brings, with the container that does. */
export interface BroughtFile {
  /** The container that it is uploaded into. */
  container: JudgedContainer;
  /** Its path; empty where that is not known yet. */
  path: string;
  /** Its content. */
  content: string;
}

/** Every uploaded file whose content is known. */
export function filesOf(containers: readonly JudgedContainer[]): BroughtFile[] {
  return containers.flatMap((container) =>
    (container.properties.uploads ?? []).flatMap(({ file = "", content }) =>
      content === undefined ? [] : [{ container, path: file, content }],
    ),
  );
}

/** A registry's configuration, as far as policies ask. It is anybody's file: an empty key is null. */
export interface RegistryConfiguration {
  auth?: Record<string, unknown> | null;
  http?: { secret?: string; tls?: { certificate?: string; minimumtls?: string; letsencrypt?: unknown } | null } | null;
  storage?: { maintenance?: { readonly?: { enabled?: boolean } | null } | null } | null;
  proxy?: { remoteurl?: string } | null;
}

/** Configurations of registries among uploaded files: they are told by what is in them, since names and paths are anybody's choice. */
export function registryConfigurations(
  containers: readonly JudgedContainer[],
): { file: BroughtFile; configuration: RegistryConfiguration }[] {
  return filesOf(containers).flatMap((file) => {
    const configuration = registryConfiguration(file.content);
    return configuration === undefined ? [] : [{ file, configuration }];
  });
}

function registryConfiguration(content: string): RegistryConfiguration | undefined {
  if (!/^version: *["']?0\.1/m.test(content) && !/^\s*["']?version["']?: *["']?0\.1/.test(content)) return undefined;
  try {
    const value: unknown = parse(content);
    return typeof value === "object" && value !== null && "storage" in value ? (value as RegistryConfiguration) : undefined;
  } catch {
    return undefined;
  }
}

/** A section of HAProxy's configuration. */
export interface HaproxySection {
  /** Its first line, as `frontend clients`. */
  title: string;
  /** Its further lines, without comments and surrounding space. */
  lines: string[];
}

/** The sections of a configuration of HAProxy; empty where the text is none. */
export function haproxySections(content: string): HaproxySection[] {
  const sections: HaproxySection[] = [];
  for (const line of content.split("\n").map((text) => text.replace(/(^|\s)#.*$/, "").trim())) {
    if (/^(?:global|defaults|frontend|backend|listen)(?:\s|$)/.test(line)) sections.push({ title: line, lines: [] });
    else if (line !== "") sections.at(-1)?.lines.push(line);
  }
  return sections.some(({ title }) => /^(?:frontend|listen)\s/.test(title)) ? sections : [];
}

/** A `server` block of nginx: its directives, each in one piece. */
export function nginxServers(content: string): string[][] {
  const text = content.replace(/#.*$/gm, "");
  const servers: string[][] = [];
  for (const match of text.matchAll(/(?:^|[\s{};])server\s*\{/g)) {
    const start = (match.index ?? 0) + match[0].length;
    let depth = 1;
    let end = start;
    for (; end < text.length && depth > 0; end++) {
      if (text[end] === "{") depth += 1;
      if (text[end] === "}") depth -= 1;
    }
    const directives = text
      .slice(start, end - 1)
      .split(/[;{}]/)
      .map((directive) => directive.trim());
    servers.push(directives.filter((directive) => directive !== ""));
  }
  return servers;
}
