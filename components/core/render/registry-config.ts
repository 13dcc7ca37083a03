import { Problems } from "../errors";
import type { NotificationSettings, RegistrySecrets, RegistrySettings } from "../settings";
import { AccessMode, LogLevel } from "../shape";
import type { AccessTopology, CommonTopology, PartsOfTopology } from "../topology-common";
import { changingParts, noteSecretsProblems, noteSettingsProblems } from "./check-settings";
import { redisSection } from "./registry-redis";
import { storageSection } from "./registry-storage";
import { mergeYaml, parseYamlMap, stringifyYaml } from "./yaml";
import type { LooseMap } from "./yaml";

/** Absolute paths of the files that the registry's configuration names. */
export interface RegistryFiles {
  /** Users and bcrypt hashes, for `AccessMode.Htpasswd`. */
  htpasswd?: string;
  /** Certificates that tokens are verified with, for `AccessMode.Token`. */
  tokenCertificates?: string;
  /** The same as a JSON Web Key Set. */
  tokenJwks?: string;
  /** Certificate that the node shows, where it serves TLS. */
  serverCertificate?: string;
  /** Key of it. */
  serverKey?: string;
  /** CA of Redis. @default - the CAs of the registry's image */
  redisCa?: string;
}

/**
 * distribution's `config.yml`.
 *
 * @throws {RegistryError} when settings or secrets are wrong, a file is missing, or `extraConfig` is not the YAML of a map.
 */
export function renderRegistryConfig(
  topology: CommonTopology & PartsOfTopology,
  settings: RegistrySettings,
  secrets: RegistrySecrets,
  files: RegistryFiles,
): string {
  const problems = new Problems();
  noteSettingsProblems(settings, changingParts(topology), problems);
  noteSecretsProblems(topology, settings, secrets, problems);
  noteFileProblems(topology, files, problems);
  const extra = parseYamlMap(settings.extraConfig ?? "", "settings.extraConfig", new Problems());
  problems.throwIfAny(topology.name);
  return stringifyYaml(mergeYaml(config(topology, settings, secrets, files), extra));
}

/**
 * Environment of a node: distribution takes nothing about traces from its file.
 * It traces every request, whatever OTEL_TRACES_SAMPLER says (v3.1.2, tracing/tracing.go): sample in the collector.
 */
export function renderTracingEnvironment({ name, node }: CommonTopology): Record<string, string> {
  if (node.tracingEndpoint === undefined) return { ...noTraces };
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: node.tracingEndpoint,
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
    OTEL_SERVICE_NAME: name,
    OTEL_TRACES_EXPORTER: "otlp",
  };
}

/**
 * Without the first the registry sends traces to localhost:4318. It makes a span of every request and encodes it for its debug log all the same
 * (a twentieth of the CPU time of a pull); empty ones cost least.
 */
const noTraces: Readonly<Record<string, string>> = {
  OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: "0",
  OTEL_SPAN_EVENT_COUNT_LIMIT: "0",
  OTEL_TRACES_EXPORTER: "none",
};

function config(topology: CommonTopology, settings: RegistrySettings, secrets: RegistrySecrets, files: RegistryFiles): LooseMap {
  const { node } = topology;
  return {
    version: "0.1",
    log: {
      level: logLevel(node.logLevel, secrets),
      formatter: "json",
      // HAProxy logs who asked for what; once is enough.
      accesslog: { disabled: true },
    },
    storage: storageSection(topology, settings, secrets),
    auth: authSection(topology.access, files),
    http: {
      addr: `:${node.port}`,
      secret: secrets.httpSecret,
      draintimeout: `${node.drainSeconds}s`,
      relativeurls: false,
      tls: node.tls ? { certificate: files.serverCertificate, key: files.serverKey, minimumtls: "tls1.2" } : undefined,
      headers: { ...defaultHeaders(settings.headers ?? {}), ...settings.headers },
      debug: { addr: `:${node.debugPort}`, prometheus: { enabled: true, path: "/metrics" } },
      h2c: { enabled: false },
    },
    redis: redisSection(topology.redis, secrets, files.redisCa),
    health: { storagedriver: { enabled: true, interval: "10s", threshold: 3 } },
    catalog: { maxentries: settings.catalogMaxEntries ?? 1000 },
    tags: { maxtags: settings.maxTags ?? 1000 },
    proxy: settings.proxy && {
      // The registry appends /v2/.
      remoteurl: settings.proxy.remoteUrl.replace(/\/+$/, ""),
      ttl: `${settings.proxy.ttlHours ?? 168}h`,
      username: secrets.proxyUsername,
      password: secrets.proxyPassword,
    },
    notifications: notificationsSection(settings.notifications ?? {}, secrets),
  };
}

/** Names of headers have no case, and the registry would send both. */
function defaultHeaders(own: Record<string, string[]>): Record<string, string[]> {
  const name = "X-Content-Type-Options";
  return Object.keys(own).some((key) => key.toLowerCase() === name.toLowerCase()) ? {} : { [name]: ["nosniff"] };
}

/** At `info` the registry writes every header of its event receivers to the log when it starts, and they may hold secrets. */
function logLevel(level: LogLevel, { notificationHeaders }: RegistrySecrets): LogLevel {
  const quiet = level === LogLevel.Warn || level === LogLevel.Error;
  return quiet || Object.keys(notificationHeaders ?? {}).length === 0 ? level : LogLevel.Warn;
}

function authSection(access: AccessTopology, files: RegistryFiles): LooseMap | undefined {
  switch (access.mode) {
    case AccessMode.Htpasswd:
      return { htpasswd: { realm: access.realm, path: files.htpasswd } };
    case AccessMode.Token:
      return {
        token: {
          realm: access.tokenRealm,
          service: access.tokenService,
          issuer: access.tokenIssuer,
          rootcertbundle: files.tokenCertificates,
          jwks: files.tokenJwks,
          signingalgorithms: access.tokenSigningAlgorithms.length > 0 ? access.tokenSigningAlgorithms : undefined,
        },
      };
    case AccessMode.None:
      return undefined;
  }
}

function notificationsSection(receivers: Record<string, NotificationSettings>, secrets: RegistrySecrets): LooseMap | undefined {
  if (Object.keys(receivers).length === 0) return undefined;
  const headers = new Map(Object.entries(secrets.notificationHeaders ?? {}));
  const endpoints = Object.entries(receivers).map(([name, receiver]) => ({
    name,
    url: receiver.url,
    headers: headers.get(name),
    timeout: `${receiver.timeoutMilliseconds ?? 1000}ms`,
    threshold: receiver.threshold ?? 5,
    backoff: `${receiver.backoffSeconds ?? 10}s`,
    ignore: { mediatypes: receiver.ignoredMediaTypes, actions: receiver.ignoredActions },
  }));
  return { endpoints: endpoints.sort((a, b) => (a.name < b.name ? -1 : 1)) };
}

/** A missing htpasswd makes the registry invent a user and write its password to the log; a missing key set stops it. */
function noteFileProblems({ access: { mode }, node }: CommonTopology, files: RegistryFiles, problems: Problems): void {
  if (mode === AccessMode.Htpasswd)
    problems.require(files.htpasswd !== undefined, "files.htpasswd", "the path of the htpasswd file is missing");
  if (node.tls) {
    const given = files.serverCertificate !== undefined && files.serverKey !== undefined;
    problems.require(given, "files.serverCertificate", "nodes on several hosts serve TLS: certificate and key are missing");
  }
  if (mode === AccessMode.Token) {
    const given = files.tokenCertificates !== undefined || files.tokenJwks !== undefined;
    problems.require(given, "access.token", "tokens cannot be verified: give the certificates of the authorization server, or its JWKS");
  }
  for (const [name, path] of Object.entries(files)) {
    if (typeof path === "string")
      problems.require(/^\/[\x21-\x7e]+$/.test(path), `files.${name}`, `${JSON.stringify(path)} is not an absolute path`);
  }
}
