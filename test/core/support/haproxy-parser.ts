/** A line of haproxy.cfg: its words as HAProxy reads them. */
export interface HaproxyLine {
  words: readonly string[];
  /** Line number, from 1. */
  number: number;
}

/** A section of haproxy.cfg. */
export interface HaproxySection {
  kind: string;
  name: string;
  lines: readonly HaproxyLine[];
}

/** Keywords of each kind of section that the library writes; a line of the user's own has to be named in `extra` to pass. */
const keywords: Readonly<Record<string, readonly string[]>> = {
  global: [
    "log",
    "maxconn",
    "hard-stop-after",
    "thread-hard-limit",
    "tune.bufsize",
    "set-var",
    "ssl-default-bind-options",
    "ssl-default-bind-ciphers",
    "ssl-default-bind-ciphersuites",
    "ssl-default-bind-curves",
  ],
  defaults: ["mode", "log", "option", "srvtcpka-idle", "srvtcpka-intvl", "srvtcpka-cnt", "retries", "timeout"],
  frontend: [
    "bind",
    "maxconn",
    "log",
    "log-format",
    "error-log-format",
    "unique-id-format",
    "acl",
    "http-request",
    "http-response",
    "http-after-response",
    "stick-table",
    "use_backend",
    "default_backend",
    "no",
    "monitor-uri",
    "monitor",
    "stats",
    "timeout",
  ],
  backend: ["balance", "option", "stick-table", "http-request", "retry-on", "http-error", "http-check", "default-server", "server"],
};

/** Keywords (with their first argument, where that makes them different) that may stand in a section several times. */
const repeatable = /^(acl|http-request|http-response|http-after-response|http-error|http-check|server|use_backend|stats|option|timeout) /;

/** Directives whose first argument names what is set; the same one twice is a contradiction. */
const named = ["option", "timeout", "stats", "server", "http-check"];

/**
 * Reads haproxy.cfg by HAProxy's rules of quoting and checks what can be checked without HAProxy: known sections and keywords, nothing twice,
 * every target there, limits of a line.
 *
 * @param extra Keywords that the user's own lines use.
 * @throws {Error} at the first thing that is wrong.
 */
export function parseHaproxy(text: string, extra: readonly string[] = []): HaproxySection[] {
  if (/[^\P{Cc}\n]/u.test(text)) throw new Error("a control character");
  const sections: (HaproxySection & { lines: HaproxyLine[] })[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    const words = splitWords(line, index + 1);
    const [first, ...rest] = words;
    if (first === undefined) continue;
    if (!line.startsWith(" ")) {
      sections.push({ kind: first, name: rest.join(" "), lines: [] });
      continue;
    }
    const section = sections.at(-1);
    if (section === undefined) throw new Error(`line ${index + 1} stands outside of any section`);
    const known = keywords[section.kind];
    if (known === undefined) throw new Error(`unknown section ${section.kind}`);
    if (!known.includes(first) && !extra.includes(first))
      throw new Error(`line ${index + 1}: ${first} does not belong into ${section.kind}`);
    section.lines.push({ words, number: index + 1 });
  }
  refuseDuplicates(sections, extra);
  refuseDanglingTargets(sections);
  return sections;
}

/** The only section of that kind and name. */
export function sectionOf(sections: readonly HaproxySection[], kind: string, name = ""): HaproxySection {
  const found = sections.filter((section) => section.kind === kind && section.name === name);
  if (found.length !== 1 || found[0] === undefined) throw new Error(`${found.length} sections "${kind} ${name}"`);
  return found[0];
}

/** Lines of a section that begin with these words. */
export function linesOf(section: HaproxySection, ...start: readonly string[]): (readonly string[])[] {
  return section.lines.map(({ words }) => words).filter((words) => start.every((word, index) => words[index] === word));
}

/** HAProxy's words: single quotes keep all, double quotes know backslash and variables, # begins a comment; 64 words and 2047 bytes at the most. */
function splitWords(line: string, number: number): string[] {
  if (Buffer.byteLength(line) > 2047) throw new Error(`line ${number} is longer than 2047 bytes`);
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let i = 0; i < line.length; i++) {
    const character = line.charAt(i);
    if (quote === "'") {
      if (character === "'") quote = "";
      else word = (word ?? "") + character;
    } else if (character === "\\") {
      i += 1;
      if (i >= line.length) throw new Error(`line ${number} ends in a backslash`);
      word = (word ?? "") + line.charAt(i);
    } else if (character === '"') {
      quote = quote === "" ? '"' : "";
      word ??= "";
    } else if (quote === "" && character === "'") {
      quote = "'";
      word ??= "";
    } else if (quote === "" && character === "#") {
      break;
    } else if (quote === "" && character === " ") {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? "") + character;
    }
  }
  if (quote !== "") throw new Error(`line ${number} leaves a quote open`);
  if (word !== undefined) words.push(word);
  if (words.length > 64) throw new Error(`line ${number} has more than 64 words`);
  return words;
}

function refuseDuplicates(sections: readonly HaproxySection[], extra: readonly string[]): void {
  const seen = new Set<string>();
  const once = (key: string): void => {
    if (seen.has(key)) throw new Error(`twice: ${key}`);
    seen.add(key);
  };
  for (const { kind, name, lines } of sections) {
    once(`${kind} ${name}`);
    for (const { words } of lines) {
      const [keyword = "", argument = ""] = words;
      if (extra.includes(keyword)) continue;
      if (named.includes(keyword)) once(`${kind} ${name} ${keyword} ${argument}`);
      else if (!repeatable.test(`${keyword} `)) once(`${kind} ${name} ${keyword}`);
    }
  }
}

function refuseDanglingTargets(sections: readonly HaproxySection[]): void {
  const backends = sections.filter(({ kind }) => kind === "backend").map(({ name }) => name);
  const servers = sections.flatMap((section) => linesOf(section, "server").map(([, server]) => `${section.name}/${server ?? ""}`));
  for (const section of sections) {
    for (const { words, number } of section.lines) {
      const [keyword = "", argument = ""] = words;
      if (/^(use|default)_backend$/.test(keyword) && !backends.includes(argument))
        throw new Error(`line ${number}: no backend ${argument}`);
      const tracked = words[words.indexOf("track") + 1];
      if (keyword === "server" && words.includes("track") && !servers.includes(tracked ?? ""))
        throw new Error(`line ${number}: no server ${tracked}`);
      for (const [, counted] of words.join(" ").matchAll(/nbsrv\(([^)]*)\)/g)) {
        if (!backends.includes(counted ?? "")) throw new Error(`line ${number}: no backend ${counted}`);
      }
    }
  }
}
