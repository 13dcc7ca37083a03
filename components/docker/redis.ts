import { createHash } from "node:crypto";
import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { renderRedis, renderRedisScript, renderReplicatedRedis } from "ha-registry-core";
import type { Placed, Topology } from "ha-registry-core";
import type { PartOptions } from "./hosts";
import { runRedisInstance } from "./redis-instance";
import type { PasswordOutputs } from "./redis-instance";
import { RedisSentinels } from "./redis-sentinels";

/** Arguments of `Redis`. */
export interface RedisArgs {
  /** The resolved registry. */
  topology: Topology;
  /** Name of the private network. */
  networkName: pulumi.Input<string>;
  /** CA of the private network. */
  caCertificatePem: pulumi.Input<string>;
  /** Private key of that CA, a secret. */
  caPrivateKeyPem: pulumi.Input<string>;
}

/**
 * The cache of blob descriptors, with TLS and passwords, all in memory: one server, or three with three sentinels that choose another primary
 * when it is lost.
 *
 * Of several servers each depends on the one before: a change replaces them strictly in order, and the next one only when the one before has
 * everything that the primary has. A primary that is replaced first hands over to a replica.
 */
export class Redis extends pulumi.ComponentResource {
  /** Password of the user `registry`, at servers and sentinels, secret. */
  readonly password: pulumi.Output<string>;
  /** Password of the user `monitor`, at servers and sentinels, secret; empty without monitoring. */
  readonly monitorPassword: pulumi.Output<string>;

  constructor(name: string, args: RedisArgs, opts?: PartOptions) {
    super("ha-registry-docker:index:Redis", name, {}, opts);
    const { topology } = args;
    const { servers, sentinel } = topology.redis;
    const [first] = servers;
    if (first === undefined) throw new Error("there is no server of the registry's own to run");
    const part = { parent: this, ...(opts?.hostProviders === undefined ? {} : { hostProviders: opts.hostProviders }) };

    this.password = generatedPassword(name, this);
    const monitor = topology.monitoring === undefined ? undefined : generatedPassword(`${name}-monitor`, this);
    this.monitorPassword = monitor ?? pulumi.output("");
    if (sentinel === undefined) {
      runSingleServer(args, first, this.password, monitor, part);
    } else {
      const passwords: PasswordOutputs = {
        registry: this.password,
        replica: generatedPassword(`${name}-replica`, this),
        sentinel: generatedPassword(`${name}-sentinel`, this),
        control: generatedPassword(`${name}-control`, this),
        ...(monitor === undefined ? {} : { monitor }),
      };
      const all = servers.reduce<docker.Container[]>(
        (previous, server) => [...previous, runReplicatedServer(args, server, passwords, previous, part)],
        [],
      );
      new RedisSentinels(`${name}-sentinels`, { ...args, passwords: pulumi.secret(passwords) }, { ...part, dependsOn: all });
    }
    this.registerOutputs({});
  }
}

type Part = Required<Pick<PartOptions, "parent">> & PartOptions;

function generatedPassword(name: string, parent: pulumi.Resource): pulumi.Output<string> {
  return new random.RandomPassword(name, { length: 48, special: false }, { parent }).result;
}

function runSingleServer(
  args: RedisArgs,
  server: Placed,
  password: pulumi.Output<string>,
  monitorPassword: pulumi.Output<string> | undefined,
  part: Part,
): void {
  const { topology, networkName } = args;
  const { memoryMiB, cpus } = topology.redis;
  runRedisInstance(
    {
      topology,
      part: "redis",
      placed: server,
      networkName,
      issuer: { certificatePem: args.caCertificatePem, privateKeyPem: args.caPrivateKeyPem },
      configurationFile: "redis.conf",
      render: (files) =>
        pulumi
          .all([password, monitorPassword])
          .apply(([text, monitor]) => renderRedis(topology, files, createHash("sha256").update(text).digest("hex"), monitor)),
      entrypoint: "redis-server",
      command: (path) => [path("redis.conf")],
      memoryMiB,
      ...(cpus === undefined ? {} : { cpus }),
      filesMiB: 16,
      graceSeconds: 5,
      aliases: [`${server.name}-1`],
    },
    part,
  );
}

function runReplicatedServer(
  args: RedisArgs,
  server: Placed,
  passwords: PasswordOutputs,
  previous: docker.Container[],
  part: Part,
): docker.Container {
  const { topology, networkName } = args;
  const { name, memoryMiB, cpus } = topology.redis;
  return runRedisInstance(
    {
      topology,
      part: "redis",
      placed: server,
      networkName,
      issuer: { certificatePem: args.caCertificatePem, privateKeyPem: args.caPrivateKeyPem },
      configurationFile: "redis.conf",
      render: (files) => pulumi.output(passwords).apply((all) => renderReplicatedRedis(topology, server, files, all)),
      secret: { login: pulumi.interpolate`AUTH control ${passwords.control}\n` },
      plain: { "redis.sh": renderRedisScript(topology, server) },
      entrypoint: "sh",
      command: (path) => [path("redis.sh"), "serve", path("ca.crt"), path("login"), path("redis.conf")],
      check: (path) => pulumi.interpolate`sh ${path("redis.sh")} check ${path("ca.crt")} ${path("login")}`,
      memoryMiB,
      ...(cpus === undefined ? {} : { cpus }),
      filesMiB: Math.max(16, Math.ceil(memoryMiB / 2)),
      graceSeconds: 20, // a primary hands over first
      after: previous.slice(-1),
      // A single server has the same address, and so one has to go before the other can come.
      ...(server.number === 1 ? { aliases: [name] } : {}),
    },
    part,
  );
}
