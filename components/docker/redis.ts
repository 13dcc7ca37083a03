import { createHash } from "node:crypto";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { contentPath, renderRedis, users } from "ha-registry-core";
import type { Placed, Topology } from "ha-registry-core";
import { healthcheck, serviceDefaults } from "./container";
import { Files, pathOf } from "./files";
import { childOptions } from "./hosts";
import type { PartOptions } from "./hosts";
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

  constructor(name: string, args: RedisArgs, opts?: PartOptions) {
    super("ha-registry-docker:index:Redis", name, {}, opts);
    const { topology, networkName } = args;
    const { servers, memoryMiB, cpus } = topology.redis;
    const [server] = servers;
    if (server === undefined) throw new Error("there is no server of the registry's own to run");
    const hostProviders = opts?.hostProviders;

    this.password = new random.RandomPassword(name, { length: 48, special: false }, { parent: this }).result;
    const certificate = issueCertificate(
      name,
      { commonName: name, dnsNames: ["localhost"], ipAddresses: [...addressesOf(server), "127.0.0.1"] },
      { certificatePem: args.caCertificatePem, privateKeyPem: args.caPrivateKeyPem },
      topology.certificates,
      { parent: this },
    );
    const files = new Files(
      `${name}-files`,
      {
        topology,
        part: "redis",
        host: server.host,
        owner: users.redis,
        secret: {
          "ca.crt": args.caCertificatePem,
          "server.crt": certificate.certificatePem,
          "server.key": certificate.privateKeyPem,
          "redis.conf": pulumi
            .all([args.caCertificatePem, certificate.certificatePem, certificate.privateKeyPem, this.password])
            .apply(([ca, own, key, password]) =>
              renderRedis(
                topology,
                {
                  ca: contentPath("ca.crt", ca),
                  certificate: contentPath("server.crt", own),
                  key: contentPath("server.key", key),
                },
                createHash("sha256").update(password).digest("hex"),
              ),
            ),
        },
      },
      { parent: this, hostProviders },
    );

    // A server that asks for a password is a healthy one, and so the check needs none.
    const ping = pulumi.interpolate`redis-cli --tls --cacert ${pathOf(files, "ca.crt")} -h 127.0.0.1 -p ${server.port} ping 2>&1 | grep -qE "PONG|NOAUTH"`;
    new docker.Container(
      name,
      {
        ...serviceDefaults({ topology, part: "redis", user: users.redis, memoryMiB, cpus, graceSeconds: 5 }),
        name,
        image: topology.images.redis,
        entrypoints: ["redis-server"],
        command: [pathOf(files, "redis.conf")],
        networksAdvanced: [{ name: networkName, ipv4Address: server.address }],
        mounts: [{ type: "volume", source: files.volumeName, target: "/files", readOnly: true }],
        tmpfs: { "/data": `rw,noexec,nosuid,size=16m,uid=${users.redis},mode=0700` },
        healthcheck: ping.apply((command) => healthcheck(command)),
        ...(server.published === undefined
          ? {}
          : { ports: [{ internal: server.port, external: server.published.port, ip: server.published.address }] }),
      },
      { ...childOptions({ parent: this, hostProviders }, server.host), dependsOn: [files], deleteBeforeReplace: true },
    );
    this.registerOutputs({});
  }
}

/** Every address that a client may verify. */
function addressesOf({ address, published }: Placed): string[] {
  return published === undefined ? [address] : [address, published.address];
}
