import { createHash } from "node:crypto";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { contentPath, renderRedis, users } from "ha-registry-core";
import type { Topology } from "ha-registry-core";
import { healthcheck, serviceDefaults } from "./container";
import { Files, pathOf } from "./files";
import { issueCertificate } from "./issue-certificate";

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

/** The cache of blob descriptors: one server with TLS and a password, all in memory. */
export class Redis extends pulumi.ComponentResource {
  /** Password of the user `registry`, secret. */
  readonly password: pulumi.Output<string>;

  constructor(name: string, args: RedisArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-registry-docker:index:Redis", name, {}, opts);
    const { topology, networkName } = args;
    const { address, memoryMiB, cpus } = topology.redis;

    this.password = new random.RandomPassword(name, { length: 48, special: false }, { parent: this }).result;
    const server = issueCertificate(
      name,
      { commonName: name, dnsNames: ["localhost"], ipAddresses: [address, "127.0.0.1"] },
      { certificatePem: args.caCertificatePem, privateKeyPem: args.caPrivateKeyPem },
      topology.certificates,
      { parent: this },
    );
    const files = new Files(
      `${name}-files`,
      {
        topology,
        part: "redis",
        owner: users.redis,
        secret: {
          "ca.crt": args.caCertificatePem,
          "server.crt": server.certificatePem,
          "server.key": server.privateKeyPem,
          "redis.conf": pulumi
            .all([args.caCertificatePem, server.certificatePem, server.privateKeyPem, this.password])
            .apply(([ca, certificate, key, password]) =>
              renderRedis(
                topology,
                {
                  ca: contentPath("ca.crt", ca),
                  certificate: contentPath("server.crt", certificate),
                  key: contentPath("server.key", key),
                },
                createHash("sha256").update(password).digest("hex"),
              ),
            ),
        },
      },
      { parent: this },
    );

    // A server that asks for a password is a healthy one, and so the check needs none.
    const ping = pulumi.interpolate`redis-cli --tls --cacert ${pathOf(files, "ca.crt")} -h 127.0.0.1 -p ${topology.redis.port} ping 2>&1 | grep -qE "PONG|NOAUTH"`;
    new docker.Container(
      name,
      {
        ...serviceDefaults({ topology, part: "redis", user: users.redis, memoryMiB, cpus, graceSeconds: 5 }),
        name,
        image: topology.images.redis,
        entrypoints: ["redis-server"],
        command: [pathOf(files, "redis.conf")],
        networksAdvanced: [{ name: networkName, ipv4Address: address }],
        mounts: [{ type: "volume", source: files.volumeName, target: "/files", readOnly: true }],
        tmpfs: { "/data": `rw,noexec,nosuid,size=16m,uid=${users.redis},mode=0700` },
        healthcheck: ping.apply((command) => healthcheck(command)),
      },
      { parent: this, dependsOn: [files], deleteBeforeReplace: true },
    );
    this.registerOutputs({});
  }
}
