import { parse } from "yaml";

/** A registry's configuration, as far as policies ask. It is anybody's file: an empty key is null. */
export interface RegistryConfiguration {
  auth?: Record<string, unknown> | null;
  http?: { secret?: string; tls?: { certificate?: string; minimumtls?: string; letsencrypt?: unknown } | null } | null;
  storage?: { maintenance?: { readonly?: { enabled?: boolean } | null } | null } | null;
  proxy?: { remoteurl?: string } | null;
}

/** A file's content as a registry's configuration; undefined where it is none. Files are told by what is in them, since names and paths are anybody's choice. */
export function registryConfiguration(content: string): RegistryConfiguration | undefined {
  if (!/^version: *["']?0\.1/m.test(content) && !/^\s*["']?version["']?: *["']?0\.1/.test(content)) return undefined;
  try {
    const value: unknown = parse(content);
    return typeof value === "object" && value !== null && "storage" in value ? (value as RegistryConfiguration) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a registry that is configured like this takes no pushes. */
export function isReadOnly({ storage }: RegistryConfiguration): boolean {
  return storage?.maintenance?.readonly?.enabled === true;
}

/** Whether everyone can push to a registry that is configured like this. */
export function isOpenToAll(configuration: RegistryConfiguration): boolean {
  const { auth, proxy } = configuration;
  if (isReadOnly(configuration) || proxy?.remoteurl !== undefined) return false;
  return Object.keys(auth ?? {}).every((kind) => kind === "silly" || kind === "none");
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
