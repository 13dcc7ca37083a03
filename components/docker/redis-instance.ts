import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { contentPath, redisAnswers, users } from "ha-registry-core";
import type { Placed, RedisFiles, RedisPasswords, Topology } from "ha-registry-core";
import { issueCertificate } from "ha-registry-core/pulumi";
import type { Issuer } from "ha-registry-core/pulumi";
import { healthcheck, serviceDefaults } from "./container";
import { Files, pathOf } from "./files";
import { childOptions, onHost } from "./hosts";
import type { PartOptions } from "./hosts";

/** Passwords of the users of servers and sentinels. */
export type PasswordOutputs = { [user in keyof RedisPasswords]: pulumi.Output<string> };

/** What a Redis server and a sentinel have in common: a program of the same image, with a certificate and files of its own. */
export interface RedisInstance {
  topology: Topology;
  part: "redis" | "sentinel";
  placed: Placed;
  networkName: pulumi.Input<string>;
  /** CA of the private network. */
  issuer: Issuer;
  /** Name of its configuration file. */
  configurationFile: string;
  /** Its content. */
  render(files: RedisFiles): pulumi.Output<string>;
  /** Further secret files, by name. @default - none */
  secret?: Record<string, pulumi.Input<string>>;
  /** Further files, by name. @default - none */
  plain?: Record<string, pulumi.Input<string>>;
  /** What the container runs. */
  command(path: (file: string) => pulumi.Output<string>): pulumi.Input<string>[];
  /** @default - the first of `command` is a program */
  entrypoint: string;
  /** Health check, a shell command. @default - asks for an answer, be it that a password is missing */
  check?(path: (file: string) => pulumi.Output<string>): pulumi.Output<string>;
  memoryMiB: number;
  cpus?: number;
  /** Room for files in memory, MiB. */
  filesMiB: number;
  graceSeconds: number;
  /** Whether orphans have to be waited for. @default false */
  init?: boolean;
  /** What has to be there first. @default - its files alone */
  after?: pulumi.Resource[];
  /** Names that the container had or gets with another kind of Redis, whose address it has. @default - none */
  aliases?: string[];
}

/** Runs a server or a sentinel, as a child of `opts.parent`. */
export function runRedisInstance(instance: RedisInstance, opts: Required<Pick<PartOptions, "parent">> & PartOptions): docker.Container {
  const { topology, placed, issuer } = instance;
  const { parent, hostProviders } = opts;
  const { name } = placed;
  const certificate = issueCertificate(
    onHost(name, placed.host),
    { commonName: name, dnsNames: ["localhost"], ipAddresses: [...addressesOf(placed), "127.0.0.1"] },
    issuer,
    topology.certificates,
    { parent },
  );
  const configuration = pulumi.all([issuer.certificatePem, certificate.certificatePem, certificate.privateKeyPem]).apply(([ca, own, key]) =>
    instance.render({
      ca: contentPath("ca.crt", ca),
      certificate: contentPath("server.crt", own),
      key: contentPath("server.key", key),
    }),
  );
  const files = new Files(
    onHost(`${name}-files`, placed.host),
    {
      topology,
      part: instance.part,
      host: placed.host,
      owner: users.redis,
      plain: instance.plain ?? {},
      secret: {
        "ca.crt": issuer.certificatePem,
        "server.crt": certificate.certificatePem,
        "server.key": certificate.privateKeyPem,
        ...instance.secret,
        [instance.configurationFile]: configuration,
      },
    },
    { parent, ...(hostProviders === undefined ? {} : { hostProviders }) },
  );
  const path = (file: string): pulumi.Output<string> => pathOf(files, file);
  const check = instance.check?.(path) ?? path("ca.crt").apply((ca) => redisAnswers(ca, placed.port));
  return new docker.Container(
    onHost(name, placed.host),
    {
      ...serviceDefaults({
        topology,
        part: instance.part,
        user: users.redis,
        memoryMiB: instance.memoryMiB,
        ...(instance.cpus === undefined ? {} : { cpus: instance.cpus }),
        graceSeconds: instance.graceSeconds,
      }),
      name,
      image: topology.images.redis,
      entrypoints: [instance.entrypoint],
      command: instance.command(path),
      ...(instance.init ? { init: true } : {}),
      networksAdvanced: [{ name: instance.networkName, ipv4Address: placed.address }],
      mounts: [{ type: "volume", source: files.volumeName, target: "/files", readOnly: true }],
      tmpfs: { "/data": `rw,noexec,nosuid,size=${instance.filesMiB}m,uid=${users.redis},mode=0700` },
      healthcheck: check.apply((command) => healthcheck(command)),
      ...(placed.published === undefined
        ? {}
        : { ports: [{ internal: placed.port, external: placed.published.port, ip: placed.published.address }] }),
    },
    {
      ...childOptions({ parent, ...(hostProviders === undefined ? {} : { hostProviders }) }, placed.host),
      dependsOn: [files, ...(instance.after ?? [])],
      deleteBeforeReplace: true,
      ...(instance.aliases === undefined ? {} : { aliases: instance.aliases.map((alias) => ({ name: onHost(alias, placed.host) })) }),
    },
  );
}

/** Every address that a client may verify. */
function addressesOf({ address, published }: Placed): string[] {
  return published === undefined ? [address] : [address, published.address];
}
