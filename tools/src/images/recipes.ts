import { ImageName } from "ha-registry-core";

import type { ImageConfig } from "./archive";
import type { CrateProgram } from "./crate";
import type { GoProgram } from "./go";
import type { Owner } from "./tree";

/** How one image is put together. Paths in the image are absolute. */
export interface ImageRecipe {
  /** Where the project's source is, for the label. */
  source: string;
  /** Debian packages that are needed besides those of every image; the first one's version is the image's. */
  packages: readonly string[];
  /** Go programs by their path in the image. */
  goPrograms: Readonly<Record<string, GoProgram>>;
  /** Programs from crates by their path in the image. */
  crates: Readonly<Record<string, CrateProgram>>;
  /** Whether there is nothing but what is named here: no shell, no small tools, no certificates. */
  bare: boolean;
  /** Programs from Debian packages: path in the image → path in the package. Their libraries are found and added. */
  programs: Readonly<Record<string, string>>;
  /** Further files from Debian packages: path in the image → path in the package. */
  packagedFiles: Readonly<Record<string, string>>;
  /** Files that are committed: path in the image → path under `tools/images`. Scripts are those that end in `.sh`. */
  files: Readonly<Record<string, string>>;
  /** Symbolic links: path → target. */
  links: Readonly<Record<string, string>>;
  /** Directories: path → mode and owner. */
  directories: Readonly<Record<string, { mode?: number; owner?: Owner }>>;
  /** Users besides root and nobody. */
  users: Readonly<Record<string, Owner & { home: string }>>;
  /** How its containers are run; the labels and PATH are added. */
  config: ImageConfig;
  /** Command that prints the version. */
  versionCommand: readonly [string, ...string[]];
  /** What in its output is the version: the first group. */
  versionPattern: RegExp;
}

const NOBODY: Owner = { uid: 65534, gid: 65534 };
const HAPROXY: Owner = { uid: 99, gid: 99 };
const VALKEY: Owner = { uid: 999, gid: 999 };

const nothing = {
  packages: [],
  goPrograms: {},
  crates: {},
  bare: false,
  programs: {},
  packagedFiles: {},
  files: {},
  links: {},
  directories: {},
  users: {},
};

/** Names that valkey-server goes by: what it is depends on the name that it is started with. */
const SERVER_NAMES = [
  "valkey-sentinel",
  "valkey-check-aof",
  "valkey-check-rdb",
  "redis-server",
  "redis-sentinel",
  "redis-check-aof",
  "redis-check-rdb",
];

/** Modules of syslog-ng that are used: files, sockets, HTTP, syslog's format, JSON, times, and the functions of templates. */
const SYSLOG_NG_MODULES = ["affile", "afsocket", "http", "syslogformat", "json-plugin", "timestamp", "basicfuncs"].map(
  (module) => `/usr/lib/syslog-ng/4.8/lib${module}.so`,
);

/** What Prometheus' programs have in common. */
const prometheus = (name: string): GoProgram => ({
  module: "images/prometheus",
  package: `github.com/prometheus/prometheus/cmd/${name}`,
  versionOf: "github.com/prometheus/prometheus",
  versionVariable: "github.com/prometheus/common/version.Version",
  // Release 3.13.5 is version v0.313.5 of the module.
  releaseOf: (version) => version.replace(/^v0\.(\d)(\d\d)\./, (_, major: string, minor: string) => `v${major}.${Number(minor)}.`),
  // Finding targets in clouds takes most of the time to build it, and the library names its targets.
  tags: ["remove_all_sd"],
});

/** What Alertmanager's programs have in common. Its web interfaces are built of Elm and TypeScript: a page that says so stands in. */
const alertmanager = (name: string): GoProgram => ({
  module: "images/alertmanager",
  package: `github.com/prometheus/alertmanager/cmd/${name}`,
  versionOf: "github.com/prometheus/alertmanager",
  versionVariable: "github.com/prometheus/common/version.Version",
  additions: {
    "ui/app/dist/elm/index.html": "images/alertmanager/index.html",
    "ui/app/dist/mantine/index.html": "images/alertmanager/index.html",
  },
});

/**
 * The images as the official ones are: same programs under the same paths, same users, entry point, command, ports, working
 * directory and stop signal. Sources: the Dockerfiles of distribution/distribution-library-image, docker-library/haproxy (3.0),
 * valkey-io/valkey-container (8.1), syslog-ng/syslog-ng (docker/), and those in the repositories of Prometheus, its exporters and regctl; Garage's is made by Nix, from one static
 * program alone. keepalived has no official image: here it is the program, as users start it. Grafana has no recipe: its pages are in no package
 * registry.
 */
export const imageRecipes: Readonly<Partial<Record<ImageName, ImageRecipe>>> = {
  [ImageName.Registry]: {
    ...nothing,
    source: "https://github.com/distribution/distribution",
    goPrograms: {
      "/usr/bin/registry": {
        module: "images/registry",
        package: "github.com/distribution/distribution/v3/cmd/registry",
        versionOf: "github.com/distribution/distribution/v3",
        versionVariable: "github.com/distribution/distribution/v3/version.version",
      },
    },
    files: { "/entrypoint.sh": "registry/entrypoint.sh", "/etc/distribution/config.yml": "registry/config.yml" },
    directories: { "/var/lib/registry": {} },
    config: {
      Env: ["OTEL_TRACES_EXPORTER=none"],
      Volumes: { "/var/lib/registry": {} },
      ExposedPorts: { "5000/tcp": {} },
      Entrypoint: ["/entrypoint.sh"],
      Cmd: ["/etc/distribution/config.yml"],
    },
    versionCommand: ["registry", "--version"],
    versionPattern: /^\S+ \S+ v?(\S+)$/m,
  },
  [ImageName.Haproxy]: {
    ...nothing,
    source: "https://github.com/haproxy/haproxy",
    packages: ["haproxy"],
    programs: { "/usr/local/sbin/haproxy": "/usr/sbin/haproxy" },
    packagedFiles: Object.fromEntries(
      [400, 403, 408, 500, 502, 503, 504].map((code) => [`/usr/local/etc/haproxy/errors/${code}.http`, `/etc/haproxy/errors/${code}.http`]),
    ),
    files: { "/usr/local/bin/docker-entrypoint.sh": "haproxy/docker-entrypoint.sh" },
    directories: { "/var/lib/haproxy": { owner: HAPROXY } },
    users: { haproxy: { ...HAPROXY, home: "/var/lib/haproxy" } },
    config: {
      User: "haproxy",
      WorkingDir: "/var/lib/haproxy",
      StopSignal: "SIGUSR1",
      Entrypoint: ["docker-entrypoint.sh"],
      Cmd: ["haproxy", "-f", "/usr/local/etc/haproxy/haproxy.cfg"],
    },
    versionCommand: ["haproxy", "-v"],
    versionPattern: /version ([0-9.]+)/,
  },
  [ImageName.Redis]: {
    ...nothing,
    source: "https://github.com/valkey-io/valkey",
    packages: ["valkey-tools", "valkey-server"],
    programs: {
      "/usr/local/bin/valkey-server": "/usr/bin/valkey-server",
      "/usr/local/bin/valkey-cli": "/usr/bin/valkey-cli",
      "/usr/local/bin/valkey-benchmark": "/usr/bin/valkey-benchmark",
    },
    files: { "/usr/local/bin/docker-entrypoint.sh": "valkey/docker-entrypoint.sh" },
    links: {
      ...Object.fromEntries(SERVER_NAMES.map((name) => [`/usr/local/bin/${name}`, "valkey-server"])),
      "/usr/local/bin/redis-cli": "valkey-cli",
      "/usr/local/bin/redis-benchmark": "valkey-benchmark",
    },
    directories: { "/data": { mode: 0o1777, owner: VALKEY }, "/run/valkey": { mode: 0o1777, owner: VALKEY } },
    users: { valkey: { ...VALKEY, home: "/data" } },
    config: { WorkingDir: "/data", ExposedPorts: { "6379/tcp": {} }, Entrypoint: ["docker-entrypoint.sh"], Cmd: ["valkey-server"] },
    versionCommand: ["valkey-server", "--version"],
    versionPattern: /v=([0-9.]+)/,
  },
  [ImageName.Keepalived]: {
    ...nothing,
    source: "https://github.com/acassen/keepalived",
    packages: ["keepalived"],
    programs: { "/usr/sbin/keepalived": "/usr/sbin/keepalived" },
    // Without it, Debian's keepalived does not tell its version.
    packagedFiles: { "/etc/keepalived/keepalived.config-opts": "/etc/keepalived/keepalived.config-opts" },
    config: { Entrypoint: ["keepalived"], Cmd: ["--dont-fork", "--log-console"] },
    versionCommand: ["sh", "-c", "keepalived --version 2>&1"],
    versionPattern: /^Keepalived v([0-9.]+)/m,
  },
  [ImageName.Garage]: {
    ...nothing,
    source: "https://git.deuxfleurs.fr/Deuxfleurs/garage",
    crates: { "/garage": { crate: "garage", version: "2.5.0", program: "garage", features: ["bundled-libs", "lmdb", "metrics"] } },
    bare: true,
    config: { Entrypoint: [], Cmd: ["/garage", "server"] },
    versionCommand: ["/garage", "--version"],
    versionPattern: /(?:cargo:|v)([0-9.]+)/,
  },
  [ImageName.Rclone]: {
    ...nothing,
    source: "https://github.com/rclone/rclone",
    goPrograms: {
      "/usr/local/bin/rclone": {
        module: "images/rclone",
        package: "github.com/rclone/rclone",
        versionOf: "github.com/rclone/rclone",
        versionVariable: "github.com/rclone/rclone/fs.Version",
      },
    },
    config: { Entrypoint: ["rclone"], Cmd: [], WorkingDir: "/data", Env: ["XDG_CONFIG_HOME=/config"] },
    directories: { "/data": {}, "/config": {} },
    versionCommand: ["rclone", "version"],
    versionPattern: /^rclone v([0-9.]+)/m,
  },
  [ImageName.Prometheus]: {
    ...nothing,
    source: "https://github.com/prometheus/prometheus",
    goPrograms: { "/usr/bin/prometheus": prometheus("prometheus"), "/usr/bin/promtool": prometheus("promtool") },
    files: { "/etc/prometheus/prometheus.yml": "prometheus/prometheus.yml" },
    directories: { "/prometheus": { mode: 0o775, owner: NOBODY } },
    config: {
      User: "nobody",
      WorkingDir: "/prometheus",
      Volumes: { "/prometheus": {} },
      ExposedPorts: { "9090/tcp": {} },
      Entrypoint: ["/bin/prometheus"],
      Cmd: ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus"],
    },
    versionCommand: ["/bin/prometheus", "--version"],
    versionPattern: /^prometheus, version v?(\S+)/m,
  },
  [ImageName.Alertmanager]: {
    ...nothing,
    source: "https://github.com/prometheus/alertmanager",
    goPrograms: { "/usr/bin/alertmanager": alertmanager("alertmanager"), "/usr/bin/amtool": alertmanager("amtool") },
    files: { "/etc/alertmanager/alertmanager.yml": "alertmanager/alertmanager.yml" },
    directories: { "/alertmanager": { mode: 0o775, owner: NOBODY } },
    config: {
      User: "nobody",
      WorkingDir: "/alertmanager",
      Volumes: { "/alertmanager": {} },
      ExposedPorts: { "9093/tcp": {} },
      Entrypoint: ["/bin/alertmanager"],
      Cmd: ["--config.file=/etc/alertmanager/alertmanager.yml", "--storage.path=/alertmanager"],
    },
    versionCommand: ["/bin/alertmanager", "--version"],
    versionPattern: /^alertmanager, version v?(\S+)/m,
  },
  [ImageName.NodeExporter]: {
    ...nothing,
    source: "https://github.com/prometheus/node_exporter",
    goPrograms: {
      "/usr/bin/node_exporter": {
        module: "images/node-exporter",
        package: "github.com/prometheus/node_exporter",
        versionOf: "github.com/prometheus/node_exporter",
        versionVariable: "github.com/prometheus/common/version.Version",
      },
    },
    config: { User: "nobody", ExposedPorts: { "9100/tcp": {} }, Entrypoint: ["/bin/node_exporter"], Cmd: [] },
    versionCommand: ["/bin/node_exporter", "--version"],
    versionPattern: /version v?([0-9.]+)/,
  },
  [ImageName.RedisExporter]: {
    ...nothing,
    source: "https://github.com/oliver006/redis_exporter",
    goPrograms: {
      "/redis_exporter": {
        module: "images/redis-exporter",
        package: "github.com/oliver006/redis_exporter",
        versionOf: "github.com/oliver006/redis_exporter",
        versionVariable: "main.BuildVersion",
      },
    },
    config: { User: "59000:59000", ExposedPorts: { "9121/tcp": {} }, Entrypoint: ["/redis_exporter"], Cmd: [] },
    versionCommand: ["sh", "-c", "/redis_exporter --version 2>&1"],
    versionPattern: /Exporter v?([0-9.]+)/,
  },
  [ImageName.BlackboxExporter]: {
    ...nothing,
    source: "https://github.com/prometheus/blackbox_exporter",
    goPrograms: {
      "/usr/bin/blackbox_exporter": {
        module: "images/blackbox-exporter",
        package: "github.com/prometheus/blackbox_exporter",
        versionOf: "github.com/prometheus/blackbox_exporter",
        versionVariable: "github.com/prometheus/common/version.Version",
      },
    },
    config: { ExposedPorts: { "9115/tcp": {} }, Entrypoint: ["/bin/blackbox_exporter"], Cmd: [] },
    versionCommand: ["/bin/blackbox_exporter", "--version"],
    versionPattern: /version v?([0-9.]+)/,
  },
  [ImageName.Regctl]: {
    ...nothing,
    source: "https://github.com/regclient/regclient",
    goPrograms: {
      "/usr/local/bin/regctl": {
        module: "images/regctl",
        package: "github.com/regclient/regclient/cmd/regctl",
        versionOf: "github.com/regclient/regclient",
        versionVariable: "github.com/regclient/regclient/internal/version.vcsTag",
      },
    },
    users: { appuser: { uid: 1000, gid: 1000, home: "/home/appuser" } },
    directories: { "/home/appuser": { owner: { uid: 1000, gid: 1000 } } },
    config: { User: "appuser", Entrypoint: [], Cmd: ["regctl", "--help"] },
    versionCommand: ["regctl", "version"],
    versionPattern: /VCSTag: *v([0-9.]+)/,
  },
  [ImageName.SyslogNg]: {
    ...nothing,
    source: "https://github.com/syslog-ng/syslog-ng",
    packages: ["syslog-ng-core", "syslog-ng-mod-http", "util-linux"],
    programs: {
      "/usr/sbin/syslog-ng": "/usr/sbin/syslog-ng",
      "/usr/bin/fallocate": "/usr/bin/fallocate",
      ...Object.fromEntries(SYSLOG_NG_MODULES.map((file) => [file, file])),
    },
    // Without it, syslog-ng complains at every start.
    packagedFiles: { "/usr/share/syslog-ng/smart-multi-line.fsm": "/usr/share/syslog-ng/smart-multi-line.fsm" },
    directories: { "/var/lib/syslog-ng": {}, "/etc/syslog-ng": {} },
    config: { Entrypoint: ["/usr/sbin/syslog-ng", "-F"], Cmd: [], ExposedPorts: { "514/udp": {}, "601/tcp": {}, "6514/tcp": {} } },
    versionCommand: ["syslog-ng", "--version"],
    versionPattern: /^syslog-ng \d+ \(([0-9.]+)/m,
  },
};
