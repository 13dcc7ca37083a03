import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Path of the module of the provider that Pulumi's is a bridge to. */
export const AWS_UPSTREAM = "github.com/hashicorp/terraform-provider-aws";

/** The generated list of services: it alone imports all of them. */
const SERVICE_LIST = "internal/provider/sdkv2/service_packages_gen.go";

/** The generated methods that make the SDK's clients, one per service: they alone import the whole SDK. */
const CLIENT_LIST = "internal/conns/awsclient_gen.go";

/** What the provider is made of, besides its services. */
const ENTRY_PACKAGES = ["internal", "internal/provider/framework", "internal/provider/sdkv2"];

/** Embedded by a package in the directory above, which is what its own file is found by no import for. */
const EMBEDDED = ["internal/service/smarterr.hcl"];

const SERVICE_PREFIX = "internal/service/";

/** A Go package: the text of each of its files by name. */
type GoPackage = ReadonlyMap<string, string>;

/**
 * Copies the parts of terraform-provider-aws that some of its services need: all of it takes an hour to compile. Left out are the
 * services that none of the wanted ones imports, and the clients of the SDK that no code calls which is left.
 *
 * @param source Directory of the module.
 * @param target Directory that is made for the copy.
 * @param services Names of the wanted services, as `s3`.
 */
export async function copyUpstream(source: string, target: string, services: readonly string[]): Promise<void> {
  const packages = await neededPackages(source, services);
  const kept = new Set([...packages.keys()].filter((path) => path.startsWith(SERVICE_PREFIX)).map((path) => path.split("/")[2] ?? ""));
  const trimmed: Readonly<Record<string, string>> = {
    [SERVICE_LIST]: trimServices(await readFile(join(source, SERVICE_LIST), "utf8"), kept),
    [CLIENT_LIST]: trimClients(await readFile(join(source, CLIENT_LIST), "utf8"), calledClients(packages)),
  };
  for (const path of packages.keys()) await copyFiles(source, target, path);
  for (const path of [...EMBEDDED, "go.mod"]) await copyFile(source, target, path);
  for (const [path, text] of Object.entries(trimmed)) await writeFile(join(target, path), text);
}

/** All packages of the module that the wanted services need, by path. */
async function neededPackages(source: string, services: readonly string[]): Promise<Map<string, GoPackage>> {
  const packages = new Map<string, GoPackage>();
  const waiting = [...ENTRY_PACKAGES, ...services.map((service) => SERVICE_PREFIX + service)];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (packages.has(path)) continue;
    const files = await readPackage(join(source, path));
    packages.set(path, files);
    for (const [name, text] of files) {
      if (`${path}/${name}` !== SERVICE_LIST) waiting.push(...importsOf(text));
    }
  }
  return packages;
}

async function readPackage(directory: string): Promise<GoPackage> {
  const names = (await readdir(directory)).filter((name) => name.endsWith(".go") && isBuilt(name)).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(directory, name), "utf8")));
  return new Map(names.map((name, index) => [name, texts[index] ?? ""] as const).filter(([, text]) => !IGNORED.test(text)));
}

/** Tests are no part of the program. */
function isBuilt(name: string): boolean {
  return !name.endsWith("_test.go");
}

/** Programs that generate code lie beside it. */
const IGNORED = /^\/\/go:build (ignore|generate)\b/m;

/** Paths of the packages of the module itself that a file imports. */
export function importsOf(text: string): string[] {
  return [...text.matchAll(new RegExp(`^\\s*(?:import )?(?:\\w+ )?"${AWS_UPSTREAM}/([\\w/-]+)"`, "gm"))].map(([, path = ""]) => path);
}

/** Names of the methods of {@link CLIENT_LIST} that packages call. */
function calledClients(packages: ReadonlyMap<string, GoPackage>): Set<string> {
  const called = new Set<string>();
  for (const [path, files] of packages) {
    for (const [name, text] of files) {
      if (`${path}/${name}` === CLIENT_LIST) continue;
      for (const [, client = ""] of text.matchAll(/\.(\w+Client)\(ctx/g)) called.add(client);
    }
  }
  return called;
}

/** The list of services without those that are not kept. */
export function trimServices(text: string, kept: ReadonlySet<string>): string {
  const imported = new RegExp(`^\\s+(?:\\w+ )?"${AWS_UPSTREAM}/${SERVICE_PREFIX}(\\w+)"$`);
  const listed = /^\s+(\w+)\.ServicePackage\(ctx\),$/;
  const isKept = (line: string): boolean => {
    const service = (imported.exec(line) ?? listed.exec(line))?.[1];
    return service === undefined || kept.has(service);
  };
  return text.split("\n").filter(isKept).join("\n");
}

/** The list of clients without those that nobody calls, and without the imports that only they need. */
export function trimClients(text: string, called: ReadonlySet<string>): string {
  const [head = "", ...methods] = text.split(/^(?=func \(c \*AWSClient\) )/m);
  const kept = methods.filter((method) => called.has(/^func \(c \*AWSClient\) (\w+)\(/.exec(method)?.[1] ?? "")).join("");
  const isNeeded = (line: string): boolean => {
    const [, alias, path] = /^\s+(?:(\w+) )?"github\.com\/aws\/aws-sdk-go-v2\/service\/([\w/]+)"$/.exec(line) ?? [];
    const name = alias ?? path?.split("/").at(-1);
    return name === undefined || kept.includes(`*${name}.Client`);
  };
  return head.split("\n").filter(isNeeded).join("\n") + kept;
}

/** Copies a package with what it may embed, but not its tests. */
async function copyFiles(source: string, target: string, path: string): Promise<void> {
  for (const entry of await readdir(join(source, path), { withFileTypes: true })) {
    if (entry.isFile() && isBuilt(entry.name)) await copyFile(source, target, `${path}/${entry.name}`);
  }
}

/** What comes from the module cache is read-only. */
async function copyFile(source: string, target: string, path: string): Promise<void> {
  await mkdir(dirname(join(target, path)), { recursive: true });
  await writeFile(join(target, path), await readFile(join(source, path)));
}
