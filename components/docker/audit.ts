import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import {
  auditDirectory,
  bufferDirectory,
  bufferMiB,
  contentPath,
  forwardFiles,
  renderAuditScript,
  renderForwards,
  users,
} from "ha-registry-core";
import type { AuditCollectorTopology, AuditTopology, ForwardSecrets, Topology } from "ha-registry-core";
import { given } from "ha-registry-core/pulumi";
import { healthcheck, labels, serviceDefaults, volumePreparation } from "./container";
import { Files, pathOf } from "./files";
import { childOptions, onHost } from "./hosts";
import type { PartOptions } from "./hosts";

/** Arguments of `Audit`. */
export interface AuditArgs {
  /** The resolved registry; it has an audit log. */
  topology: Topology;
  /** Name of the private network. */
  networkName: pulumi.Input<string>;
  /** CA of the targets. @default - public ones */
  caCertificatePem?: pulumi.Input<string>;
  /** Password at Elasticsearch, a secret. @default - none */
  elasticsearchPassword?: pulumi.Input<string>;
  /** Password at Loki, a secret. @default - none */
  lokiPassword?: pulumi.Input<string>;
}

/** Memory of the script and of what it takes at once, MiB. */
const collectorMemoryMiB = 192;

/** Memory of what forwards to one target, MiB. */
const forwardMemoryMiB = 96;

/** How long the script may be silent before it counts as dead, seconds: it may wait for a slow disk. */
const silentSeconds = 60;

/**
 * The audit log: on each host with balancers a volume that keeps it, a volume in memory through which HAProxy hands events over, and a
 * container that moves, seals and forwards them. Whatever becomes of it, HAProxy goes on.
 */
export class Audit extends pulumi.ComponentResource {
  constructor(name: string, args: AuditArgs, opts?: PartOptions) {
    super("ha-registry-docker:index:Audit", name, {}, opts);
    const { topology } = args;
    const { audit } = topology;
    if (audit === undefined) throw new Error("the registry has no audit log");
    const hasLogins = args.elasticsearchPassword !== undefined || args.lokiPassword !== undefined;
    // A path tells the digest of its file: with this in it, no password can be guessed by it.
    const salt = hasLogins ? new random.RandomBytes(`${name}-salt`, { length: 32 }, { parent: this }).hex : undefined;
    for (const collector of audit.collectors) this.collectOn(args, audit, collector, salt, opts?.hostProviders);
    this.registerOutputs({});
  }

  private collectOn(
    args: AuditArgs,
    audit: AuditTopology,
    collector: AuditCollectorTopology,
    salt: pulumi.Output<string> | undefined,
    hostProviders: PartOptions["hostProviders"],
  ): void {
    const { topology, networkName } = args;
    const { host, address } = collector;
    const child = childOptions({ parent: this, hostProviders }, host);
    const { log, buffer, owner } = makeVolumes(topology, collector, child);
    const targets = forwardFiles(audit.forward);
    const files = new Files(
      onHost(`${topology.name}-audit-files`, host),
      {
        topology,
        part: "audit",
        host,
        owner: users.audit,
        plain: {
          "audit.sh": renderAuditScript(audit, collector),
          ...(args.caCertificatePem === undefined ? {} : { "ca.crt": args.caCertificatePem }),
        },
        secret: forwardConfigurations(args, host, targets, salt),
      },
      { parent: this, hostProviders },
    );
    new docker.Container(
      collector.name,
      {
        ...serviceDefaults({
          topology,
          part: "audit",
          user: users.audit,
          memoryMiB: collectorMemoryMiB + targets.length * forwardMemoryMiB,
          graceSeconds: 20,
        }),
        name: collector.name,
        image: topology.images.syslogng,
        entrypoints: ["sh"],
        command: ["audit.sh", ...targets].map((file) => pathOf(files, file)),
        init: true,
        tmpfs: { "/tmp": `rw,noexec,nosuid,size=128m,uid=${users.audit},mode=0700` },
        // Who forwards nothing has no business in any network.
        ...(targets.length === 0 ? { networkMode: "none" } : { networksAdvanced: [{ name: networkName, ipv4Address: address }] }),
        mounts: [
          { type: "volume", source: files.volumeName, target: "/files", readOnly: true },
          { type: "volume", source: log.name, target: auditDirectory },
          { type: "volume", source: buffer.name, target: bufferDirectory },
        ],
        healthcheck: healthcheck(`[ $(($(date +%s) - $(stat -c %Y /tmp/alive || echo 0))) -lt ${silentSeconds} ]`),
      },
      pulumi.mergeOptions(child, { dependsOn: [files, owner], deleteBeforeReplace: true }),
    );
  }
}

/** Where the log is kept, and where events wait for it: as files of HAProxy's, which the collector's group may change. */
function makeVolumes(topology: Topology, { host, name, bufferName }: AuditCollectorTopology, child: pulumi.CustomResourceOptions) {
  const kept = { labels: labels(topology, "audit") };
  const ignoreChanges = ["labels"]; // labels of a volume cannot change without losing it
  const log = new docker.Volume(name, { name, ...kept }, { ...child, protect: topology.dataProtection, ignoreChanges });
  const options = `size=${bufferMiB}m,uid=${users.haproxy},gid=${users.audit},mode=2770`;
  const buffer = new docker.Volume(
    bufferName,
    { name: bufferName, ...kept, driver: "local", driverOpts: { type: "tmpfs", device: "tmpfs", o: options } },
    { ...child, ignoreChanges },
  );
  const ids = `${users.audit}:${users.audit}`;
  const owner = new docker.Container(
    onHost(`${topology.name}-audit-owner`, host),
    {
      // The directory in it keeps the volume from being empty: Docker gives an empty one the owner that the image's directory has.
      ...volumePreparation(topology, `mkdir -p ${auditDirectory}/events; chown ${ids} ${auditDirectory} ${auditDirectory}/events`, "audit"),
      name: onHost(`${topology.name}-audit-owner`, host),
      mounts: [{ type: "volume", source: log.name, target: auditDirectory }],
    },
    { ...child, deleteBeforeReplace: true, ignoreChanges: ["image"] }, // any image will do
  );
  return { log, buffer, owner };
}

function forwardConfigurations(
  { topology, caCertificatePem, elasticsearchPassword, lokiPassword }: AuditArgs,
  host: string,
  targets: readonly string[],
  salt: pulumi.Output<string> | undefined,
): Record<string, pulumi.Output<string>> {
  const rendered = pulumi.secret(
    pulumi.all([given<string>({ elasticsearchPassword, lokiPassword }), caCertificatePem, salt]).apply(([secrets, ca, seed]) => {
      const caPath = ca === undefined ? undefined : contentPath("ca.crt", ca);
      const ending = seed === undefined ? "" : `# ${seed}\n`;
      return Object.fromEntries(
        Object.entries(renderForwards(topology, host, secrets satisfies ForwardSecrets, caPath)).map(([file, text]) => [
          file,
          text + ending,
        ]),
      );
    }),
  );
  return Object.fromEntries(targets.map((file) => [file, rendered.apply((texts) => texts[file] ?? "")]));
}
