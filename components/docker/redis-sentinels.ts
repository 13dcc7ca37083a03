import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { renderSentinel, renderSentinelScript } from "ha-registry-core";
import type { Placed, RedisPasswords, Topology } from "ha-registry-core";
import type { PartOptions } from "./hosts";
import { runRedisInstance } from "./redis-instance";

/** Arguments of `RedisSentinels`. */
export interface RedisSentinelsArgs {
  /** The resolved registry. */
  topology: Topology;
  /** Name of the private network. */
  networkName: pulumi.Input<string>;
  /** CA of the private network. */
  caCertificatePem: pulumi.Input<string>;
  /** Private key of that CA, a secret. */
  caPrivateKeyPem: pulumi.Input<string>;
  /** Passwords of the users of servers and sentinels, secret. */
  passwords: pulumi.Input<RedisPasswords>;
}

/** The sentinels: they watch the Redis servers, and choose another primary when it is lost. They are replaced one after the other. */
export class RedisSentinels extends pulumi.ComponentResource {
  constructor(name: string, args: RedisSentinelsArgs, opts?: PartOptions) {
    super("ha-registry-docker:index:RedisSentinels", name, {}, opts);
    const { topology, networkName } = args;
    const passwords = pulumi.output(args.passwords);

    const run = (sentinel: Placed, previous: docker.Container[]): docker.Container =>
      runRedisInstance(
        {
          topology,
          part: "sentinel",
          placed: sentinel,
          networkName,
          issuer: { certificatePem: args.caCertificatePem, privateKeyPem: args.caPrivateKeyPem },
          configurationFile: "sentinel.conf",
          render: (files) => passwords.apply((all) => renderSentinel(topology, sentinel, files, all)),
          secret: { login: pulumi.interpolate`AUTH sentinel ${passwords.sentinel}\n` },
          plain: { "sentinel.sh": renderSentinelScript(topology, sentinel) },
          entrypoint: "sh",
          command: (path) => [path("sentinel.sh"), path("ca.crt"), path("login"), path("sentinel.conf")],
          memoryMiB: topology.redis.sentinel?.memoryMiB ?? 32,
          filesMiB: 1,
          graceSeconds: 5,
          init: true, // a sentinel takes every child that it inherits as process 1 for a script of its own, and complains
          after: previous.slice(-1),
        },
        { parent: this, ...(opts?.hostProviders === undefined ? {} : { hostProviders: opts.hostProviders }) },
      );

    topology.redis.sentinels.reduce<docker.Container[]>((previous, sentinel) => [...previous, run(sentinel, previous)], []);
    this.registerOutputs({});
  }
}
