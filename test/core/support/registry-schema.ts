/** Tells whether a value may stand where it stands. */
type Check = (value: unknown) => boolean;

/** What a map may hold: checks by key; a key that ends in ! has to be there. */
interface Schema {
  readonly [key: string]: Check | Schema;
}

const text: Check = (value) => typeof value === "string" && value !== "";
const bool: Check = (value) => typeof value === "boolean";
const count: Check = (value) => typeof value === "number" && Number.isInteger(value) && value >= 0;
const duration: Check = (value) => typeof value === "string" && /^\d+(ms|s|m|h)$/.test(value);
const url: Check = (value) => typeof value === "string" && /^https?:\/\/[^\s]+$/.test(value) && URL.canParse(value);
const path: Check = (value) => typeof value === "string" && /^\/[^\s]+$/.test(value);
const hostPort: Check = (value) => typeof value === "string" && /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+):\d{1,5}$/.test(value);
const oneOf =
  (...values: unknown[]): Check =>
  (value) =>
    values.includes(value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.length > 0 && value.every(check);
const headers: Check = (value) =>
  typeof value === "object" &&
  value !== null &&
  Object.entries(value).every(
    ([name, values]) => /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) && Array.isArray(values) && values.every(isAscii),
  );

const isAscii: Check = (value) => typeof value === "string" && /^[\x20-\x7e]*$/.test(value);

/** The part of distribution v3.1.2's configuration that the library writes, stricter than the registry, which overlooks unknown keys. */
const configuration: Schema = {
  "version!": oneOf("0.1"),
  "log!": { "level!": oneOf("error", "warn", "info", "debug"), "formatter!": oneOf("json"), "accesslog!": { "disabled!": oneOf(true) } },
  "storage!": {
    filesystem: { "rootdirectory!": path },
    s3: {
      accesskey: text,
      secretkey: text,
      "bucket!": text,
      "region!": text,
      regionendpoint: url,
      "forcepathstyle!": bool,
      rootdirectory: text,
      "encrypt!": bool,
      keyid: text,
      "storageclass!": text,
      redirectendpoint: url,
      "chunksize!": (value) => count(value) && Number(value) >= 5 * 1024 * 1024,
      "secure!": bool,
      "skipverify!": bool,
      "v4auth!": oneOf(true),
    },
    "cache!": { "blobdescriptor!": oneOf("redis", "inmemory") },
    "delete!": { "enabled!": bool },
    "maintenance!": {
      "readonly!": { "enabled!": bool },
      "uploadpurging!": { "enabled!": oneOf(true), "age!": duration, "interval!": duration, "dryrun!": oneOf(false) },
    },
    "redirect!": { "disable!": bool },
    tag: { "concurrencylimit!": count },
  },
  auth: {
    htpasswd: { "realm!": text, "path!": path },
    token: {
      "realm!": url,
      "service!": text,
      "issuer!": text,
      rootcertbundle: path,
      jwks: path,
      signingalgorithms: listOf((value) => typeof value === "string" && /^(RS|ES|PS)\d{3}$|^EdDSA$/.test(value)),
    },
  },
  "http!": {
    "addr!": oneOf(":5000"),
    "secret!": text,
    "draintimeout!": duration,
    "relativeurls!": oneOf(false),
    "headers!": headers,
    "debug!": { "addr!": oneOf(":5001"), "prometheus!": { "enabled!": oneOf(true), "path!": oneOf("/metrics") } },
    "h2c!": { "enabled!": oneOf(false) },
  },
  redis: {
    "addrs!": listOf(hostPort),
    mastername: text,
    username: text,
    password: text,
    sentinelusername: text,
    sentinelpassword: text,
    db: count,
    tls: { "rootcas!": listOf(path) },
    "dialtimeout!": duration,
    "readtimeout!": duration,
    "writetimeout!": duration,
    "maxretries!": oneOf(-1),
    "poolsize!": count,
    "pooltimeout!": duration,
    "connmaxidletime!": duration,
    maxredirects: count,
    "disableidentity!": oneOf(true),
  },
  "health!": { "storagedriver!": { "enabled!": oneOf(true), "interval!": duration, "threshold!": count } },
  "catalog!": { "maxentries!": count },
  "tags!": { "maxtags!": count },
  proxy: { "remoteurl!": url, "ttl!": duration, username: text, password: text },
  notifications: {
    "endpoints!": listOf((value) => {
      refuseUnfit(value, endpoint, "notifications.endpoints");
      return true;
    }),
  },
};

const endpoint: Schema = {
  "name!": text,
  "url!": url,
  headers,
  "timeout!": duration,
  "threshold!": count,
  "backoff!": duration,
  "ignore!": {
    mediatypes: (value) => Array.isArray(value) && value.every(text),
    actions: (value) => Array.isArray(value) && value.every(oneOf("pull", "push", "mount", "delete")),
  },
};

/**
 * Checks what was read from config.yml.
 *
 * @throws {Error} that names the first path that does not fit.
 */
export function refuseUnfitRegistryConfig(config: unknown): void {
  refuseUnfit(config, configuration, "");
  const storage = Object.keys((config as { storage: object }).storage);
  const drivers = storage.filter((key) => key === "filesystem" || key === "s3");
  if (drivers.length !== 1) throw new Error(`${drivers.length} storage drivers`);
}

function refuseUnfit(value: unknown, schema: Schema, at: string): void {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error(`${at} is no map`);
  const map = new Map<string, unknown>(Object.entries(value));
  for (const [key, rule] of Object.entries(schema)) {
    const name = key.replace(/!$/, "");
    const where = at === "" ? name : `${at}.${name}`;
    const item = map.get(name);
    map.delete(name);
    if (item === undefined) {
      if (key.endsWith("!")) throw new Error(`${where} is missing`);
    } else if (typeof rule === "function") {
      if (!rule(item)) throw new Error(`${where}: ${JSON.stringify(item)} does not fit`);
    } else refuseUnfit(item, rule, where);
  }
  if (map.size > 0) throw new Error(`${at} holds unknown keys: ${[...map.keys()].join(", ")}`);
}
