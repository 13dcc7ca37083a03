import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import {
  AccessMode,
  balancersOn,
  contentPath,
  ports,
  renderNodeScript,
  renderRegistryConfig,
  renderTracingEnvironment,
  users,
  waitingFile,
} from "ha-registry-core";
import { present } from "ha-registry-core/pulumi";
import type { NodeTopology, Placed, RegistrySecrets, RegistrySettings, Topology } from "ha-registry-core";
import { healthcheck, serviceDefaults } from "./container";
import { Files, pathOf, trustedBesides } from "./files";
import { childOptions, hostsOf, onHost } from "./hosts";
import type { PartOptions } from "./hosts";
import { storeMounts } from "./object-store";

/** Arguments of `RegistryNodes`. */
export interface RegistryNodesArgs {
  /** The resolved registry. */
  topology: Topology;
  /** Name of the private network. */
  networkName: pulumi.Input<string>;
  /** Name of the volume with blobs and manifests. @default - none, for a bucket */
  storeVolumeName?: pulumi.Input<string>;
  /** What ends in the registry's configuration. @default - the registry's defaults, as this library sets them */
  settings?: pulumi.Input<RegistrySettings>;
  /** Certificate that nodes show, where they serve TLS. @default - they serve no TLS */
  certificatePem?: pulumi.Input<string>;
  /** Private key for it, a secret. */
  privateKeyPem?: pulumi.Input<string>;
  /** The registry's password file, a secret. @default - none */
  htpasswd?: pulumi.Input<string>;
  /** CA of Redis. @default - the system's */
  redisCaPem?: pulumi.Input<string>;
  /** CA of the S3 endpoint. @default - the system's */
  s3CaPem?: pulumi.Input<string>;
  /** Certificates of the authorization server. @default - none */
  tokenCertificatesPem?: pulumi.Input<string>;
  /** Keys of the authorization server, as a JWKS. @default - none */
  tokenJwks?: pulumi.Input<string>;
  /** Passwords and keys, secrets, without the HTTP secret, which is made here. @default - none */
  secrets?: pulumi.Input<Record<string, string>>;
  /** Headers of event posts, by receiver, then by header, secrets. @default - none */
  notificationHeaders?: pulumi.Input<Record<string, Record<string, string[]>>>;
}

/** What the registry runs with on a host. */
export interface NodeRuntime {
  /** Name of the volume with its files, which belongs at `/files`. */
  filesVolumeName: pulumi.Input<string>;
  /** Path of its configuration. */
  configuration: pulumi.Input<string>;
  /** Environment variables, as `NAME=value`. */
  environment: pulumi.Input<string>[];
}

/**
 * The registry nodes. They share storage, HTTP secret and Redis, nothing else, so that an upload begun on one can go on at another.
 *
 * Each depends on the one before: a change replaces them strictly in order, every one drained before it stops and healthy before the
 * next goes, and stops at the first that does not come up. What the component depends on has to be there before the first; files are made
 * beside it.
 */
export class RegistryNodes extends pulumi.ComponentResource {
  constructor(name: string, args: RegistryNodesArgs, opts?: PartOptions) {
    const { dependsOn, ...options } = opts ?? {};
    super("ha-registry-docker:index:RegistryNodes", name, {}, options);
    const { topology } = args;
    const hostProviders = opts?.hostProviders;

    const httpSecret = new random.RandomPassword(`${name}-http-secret`, { length: 64, special: false }, { parent: this }).result;
    const trusted = trustedFiles(args);
    const serverFiles = present({ "server.crt": args.certificatePem, "server.key": args.privateKeyPem });
    const files = Object.fromEntries(
      hostsOf(topology, topology.nodes).map((host) => [
        host,
        new Files(
          onHost(`${name}-files`, host),
          {
            topology,
            part: "nodes",
            host,
            owner: users.registry,
            plain: { ...trusted, "node.sh": renderNodeScript(topology) },
            secret: {
              ...serverFiles,
              "config.yml": configuration(args, httpSecret, trusted, serverFiles),
            },
            reread: present({ htpasswd: args.htpasswd }),
          },
          { parent: this, hostProviders },
        ),
      ]),
    );
    const environment = Object.entries(renderTracingEnvironment(topology)).map(([key, value]) => `${key}=${value}`);
    const caOfStore = (own: Files): pulumi.Output<string>[] => trustedBesides(own, args.s3CaPem === undefined ? [] : ["s3-ca.crt"]);

    runtimes.set(
      this,
      Object.fromEntries(
        Object.entries(files).map(([host, own]) => [
          host,
          { filesVolumeName: own.volumeName, configuration: pathOf(own, "config.yml"), environment: [...environment, ...caOfStore(own)] },
        ]),
      ),
    );

    const start = (node: NodeTopology, previous: docker.Container[]): docker.Container => {
      const own = files[node.host];
      if (own === undefined) throw new Error(`there are no files for ${node.name}`);
      return new docker.Container(
        onHost(node.name, node.host),
        {
          ...serviceDefaults({
            topology,
            part: "node",
            user: users.registry,
            memoryMiB: topology.node.memoryMiB,
            cpus: topology.node.cpus,
            graceSeconds: topology.node.drainSeconds + 10, // the registry gives up first, and says so in its log
          }),
          name: node.name,
          image: topology.images.registry,
          entrypoints: ["sh"],
          command: [pathOf(own, "node.sh"), pathOf(own, "config.yml")],
          tmpfs: { "/tmp": `rw,noexec,nosuid,size=1m,uid=${users.registry},mode=0700` },
          envs: runtimeOn(this, node.host).environment,
          networksAdvanced: [{ name: args.networkName, ipv4Address: node.address }],
          ...reachGarage(topology, node),
          mounts: [
            { type: "volume", source: own.volumeName, target: "/files", readOnly: true },
            ...storeMounts(topology, args.storeVolumeName, false),
          ],
          healthcheck: healthcheck(probe(topology)),
          ...publishedPorts(node),
        },
        pulumi.mergeOptions(
          { dependsOn },
          {
            ...childOptions({ parent: this, hostProviders }, node.host),
            dependsOn: [own, ...previous],
            deleteBeforeReplace: true,
          },
        ),
      );
    };

    topology.nodes.reduce<docker.Container[]>((previous, node) => [start(node, previous)], []);
    this.registerOutputs({});
  }
}

/** What the registry of `nodes` runs with on a host that has a node. Not a member: Pulumi's schema takes every member for an output. */
export function runtimeOn(nodes: RegistryNodes, host: string): NodeRuntime {
  const runtime = runtimes.get(nodes)?.[host];
  if (runtime === undefined) throw new Error(`there is no node on ${host}`);
  return runtime;
}

const runtimes = new WeakMap<RegistryNodes, Record<string, NodeRuntime>>();

/** How a container reaches Garage: by the balancer of its host, which is told when a Garage node is to stop. */
export function reachGarage(topology: Topology, { host }: Placed): Partial<docker.ContainerArgs> {
  const { garage } = topology.objectStore;
  if (garage === undefined) return {};
  return {
    hosts: balancersOn(topology, host).map(({ address }) => ({ host: garage.host, ip: address })),
    // A balancer that vanished without a word is given up after seconds instead of a quarter of an hour.
    sysctls: { "net.ipv4.tcp_retries2": "4" },
  };
}

/**
 * The registry answers 200 without a login once its port is open, and 503 while the store fails. To wait for the balancer counts as healthy, since
 * that is started when the nodes are.
 */
function probe(topology: Topology): string {
  const answers = `wget -q -T 3 -O /dev/null ${healthUrl(topology)}`;
  return topology.objectStore.garage === undefined ? answers : `{ [ -e ${waitingFile} ] || ${answers}; }`;
}

/** The certificate is made out to a name inside the private network, and the check is about the registry. */
function healthUrl({ node }: Topology): string {
  return node.tls ? `--no-check-certificate https://127.0.0.1:${node.port}/` : `http://127.0.0.1:${node.port}/`;
}

/** What other hosts reach is open on the inner address alone. */
function publishedPorts({ port, published, publishedAgentPort }: NodeTopology): Pick<docker.ContainerArgs, "ports"> {
  if (published === undefined || publishedAgentPort === undefined) return {};
  return {
    ports: [
      { internal: port, external: published.port, ip: published.address },
      { internal: ports.agent, external: publishedAgentPort, ip: published.address },
    ],
  };
}

/** The files that nodes trust, by name. */
function trustedFiles(args: RegistryNodesArgs): Record<string, pulumi.Input<string>> {
  return present({
    "redis-ca.crt": args.redisCaPem,
    "s3-ca.crt": args.s3CaPem,
    "token.crt": args.tokenCertificatesPem,
    "token-jwks.json": args.tokenJwks,
  });
}

function configuration(
  args: RegistryNodesArgs,
  httpSecret: pulumi.Output<string>,
  trusted: Record<string, pulumi.Input<string>>,
  serverFiles: Record<string, pulumi.Input<string>>,
): pulumi.Output<string> {
  const { topology } = args;
  const pathIn = (contents: Record<string, string>, name: string): string | undefined => {
    const content = contents[name];
    return content === undefined ? undefined : contentPath(name, content);
  };
  const htpasswd = topology.access.mode === AccessMode.Htpasswd ? args.htpasswd : undefined;
  return pulumi
    .all([
      pulumi.output(args.settings ?? {}),
      pulumi.output(args.secrets ?? {}),
      pulumi.output(args.notificationHeaders),
      httpSecret,
      pulumi.all({ ...trusted, ...serverFiles, ...(htpasswd === undefined ? {} : { htpasswd }) }),
    ])
    .apply(([settings, secrets, notificationHeaders, secret, contents]) => {
      const all: RegistrySecrets = { ...secrets, notificationHeaders, httpSecret: secret };
      return renderRegistryConfig(topology, settings, all, {
        htpasswd: pathIn(contents, "htpasswd"),
        tokenCertificates: pathIn(contents, "token.crt"),
        tokenJwks: pathIn(contents, "token-jwks.json"),
        redisCa: pathIn(contents, "redis-ca.crt"),
        serverCertificate: pathIn(contents, "server.crt"),
        serverKey: pathIn(contents, "server.key"),
      });
    });
}
