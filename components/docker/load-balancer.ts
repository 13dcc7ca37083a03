import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import {
  auditDescriptor,
  bufferDirectory,
  bufferMiB,
  contentPath,
  fenceAtStartVariable,
  fenceEndpoint,
  haproxyConnections,
  ports,
  renderHaproxy,
  statisticsPortVariable,
  users,
} from "ha-registry-core";
import type { BalancerTopology, Topology } from "ha-registry-core";
import { pemOf } from "ha-registry-core/pulumi";
import { healthcheck, restSeconds, serviceDefaults } from "./container";
import { Files, pathOf, pathsOf } from "./files";
import { childOptions, onHost } from "./hosts";
import type { PartOptions } from "./hosts";
import { VirtualAddress } from "./virtual-address";

/** Arguments of `LoadBalancer`. */
export interface LoadBalancerArgs {
  /** The resolved registry. */
  topology: Topology;
  /** Name of the private network. */
  networkName: pulumi.Input<string>;
  /** Server certificate, with intermediates. */
  certificatePem: pulumi.Input<string>;
  /** Private key for it, a secret. */
  privateKeyPem: pulumi.Input<string>;
  /** CA of client certificates. @default - clients are asked for none */
  clientCaPem?: pulumi.Input<string>;
  /** CA of the certificate that the hosts' parts show each other. @default - none, for a single host */
  internalCaPem?: pulumi.Input<string>;
  /** That certificate. @default - none, for a single host */
  internalCertificatePem?: pulumi.Input<string>;
  /** Private key for it, a secret. */
  internalPrivateKeyPem?: pulumi.Input<string>;
}

/**
 * The load balancer: HAProxy processes that share one network namespace, and with it one address and the published ports
 * (SO_REUSEPORT). A container that does nothing owns the namespace and never changes, so that HAProxy's configuration, certificate and
 * image can be replaced, one process after the other, while the port stays open.
 *
 * What it depends on has to be there before the processes start; address, ports and files are made beside it.
 */
export class LoadBalancer extends pulumi.ComponentResource {
  /** `https://host:port`. */
  readonly endpoint: pulumi.Output<string>;
  /** Prometheus metrics of the first HAProxy; the others follow on the next ports. */
  readonly metricsEndpoint: pulumi.Output<string>;

  constructor(name: string, args: LoadBalancerArgs, opts?: PartOptions) {
    const { dependsOn, ...options } = opts ?? {};
    super("ha-registry-docker:index:LoadBalancer", name, {}, options);
    const { topology } = args;
    const balancer = topology.loadBalancer;
    const hostProviders = opts?.hostProviders;

    const startOn = (instance: BalancerTopology, previous: docker.Container[]): docker.Container[] => {
      const child = childOptions({ parent: this, hostProviders }, instance.host);
      const namespace = this.openPort(args, instance, child);
      const files = new Files(
        onHost(`${name}-files`, instance.host),
        {
          topology,
          part: "balancer",
          host: instance.host,
          owner: users.haproxy,
          plain: {
            ...(args.clientCaPem === undefined ? {} : { "client-ca.crt": args.clientCaPem }),
            ...(args.internalCaPem === undefined ? {} : { "internal-ca.crt": args.internalCaPem }),
            "haproxy.cfg": configuration(args, instance),
          },
          secret: { "server.pem": serverPem(args), ...internalPem(args) },
        },
        { parent: this, hostProviders },
      );
      return instance.replicas.reduce<docker.Container[]>(
        (before, replica, index) => [
          this.startReplica(topology, instance.host, replica, index, namespace, files, before, pulumi.mergeOptions({ dependsOn }, child)),
        ],
        previous,
      );
    };
    const last = balancer.balancers.reduce<docker.Container[]>((previous, instance) => startOn(instance, previous), []);
    if (balancer.virtualAddress !== undefined)
      new VirtualAddress(`${topology.name}-address`, { topology }, { parent: this, hostProviders, dependsOn: last });

    this.endpoint = pulumi.output(topology.endpoint);
    this.metricsEndpoint = pulumi.output(`http://${balancer.statisticsBindAddress}:${balancer.statisticsPort}/metrics`);
    this.registerOutputs({ endpoint: this.endpoint, metricsEndpoint: this.metricsEndpoint });
  }

  /** The container that owns the namespace, and with it the address and the published ports. */
  private openPort({ topology, networkName }: LoadBalancerArgs, instance: BalancerTopology, child: pulumi.CustomResourceOptions) {
    return new docker.Container(
      instance.name,
      {
        ...serviceDefaults({ topology, part: "balancer", user: users.haproxy, memoryMiB: 16, graceSeconds: 5 }),
        name: instance.name,
        image: topology.images.haproxy,
        entrypoints: ["sh", "-c"],
        command: ['trap "exit 0" TERM USR1; while :; do sleep 3600 & wait $!; done'],
        wait: false,
        networksAdvanced: [{ name: networkName, ipv4Address: instance.address }],
        // A connection that waits for a process that closes its port goes to the other one instead of being refused (Linux 5.14).
        ...(topology.loadBalancer.handOverConnections ? { sysctls: { "net.ipv4.tcp_migrate_req": "1" } } : {}),
        ports: publishedPorts(topology, instance),
      },
      { ...child, deleteBeforeReplace: true, ignoreChanges: ["image"] }, // a new image is no reason to close the port
    );
  }

  private startReplica(
    topology: Topology,
    host: string,
    replica: string,
    index: number,
    namespace: docker.Container,
    files: Files,
    previous: docker.Container[],
    child: pulumi.CustomResourceOptions,
  ): docker.Container {
    const balancer = topology.loadBalancer;
    const buffer = topology.audit?.collectors.find((collector) => collector.host === host)?.bufferName;
    return new docker.Container(
      replica,
      {
        ...serviceDefaults({
          topology,
          part: "haproxy",
          user: users.haproxy,
          // What it has handed over, and the collector has not taken yet, counts as its own.
          memoryMiB: balancer.memoryMiB + (buffer === undefined ? 0 : bufferMiB),
          cpus: balancer.cpus,
          graceSeconds: topology.node.drainSeconds + 10,
        }),
        name: replica,
        image: topology.images.haproxy,
        ...startCommand(topology, host, replica, pathOf(files, "haproxy.cfg")),
        envs: [`${statisticsPortVariable}=${ports.statistics + index}`],
        init: true, // as process 1, HAProxy could not be ended from inside; see probe
        stopSignal: "SIGUSR1", // soft stop: transfers finish, new connections go to the other process
        networkMode: pulumi.interpolate`container:${namespace.id}`,
        ulimits: [{ name: "nofile", soft: descriptors(topology), hard: descriptors(topology) }],
        mounts: [
          { type: "volume", source: files.volumeName, target: "/files", readOnly: true },
          ...(buffer === undefined ? [] : [{ type: "volume", source: buffer, target: bufferDirectory }]),
        ],
        healthcheck: healthcheck(probe(ports.statistics + index), watchfulRest),
      },
      // A new namespace needs new processes in it, and so this is the one place where a container holds the ID of another.
      pulumi.mergeOptions(child, { dependsOn: [files, namespace, ...previous], deleteBeforeReplace: true }),
    );
  }
}

/**
 * Where garbage is collected, HAProxy is told at its start whether pushes are put off at the moment. Where there is an audit log, it writes events to a
 * file of its own in the buffer; where none is to be had, they are lost, and the registry serves.
 */
function startCommand(
  { garbageCollection, audit }: Topology,
  host: string,
  replica: string,
  configuration: pulumi.Output<string>,
): Pick<docker.ContainerArgs, "entrypoints" | "command"> {
  if (garbageCollection === undefined && audit === undefined) return { entrypoints: ["haproxy"], command: ["-db", "-f", configuration] };
  const preparations: string[] = [];
  if (garbageCollection !== undefined) {
    const { address, port } = fenceEndpoint(garbageCollection, host);
    preparations.push(`export ${fenceAtStartVariable}=$(timeout 1 nc ${address} ${port} < /dev/null 2> /dev/null)`);
  }
  if (audit !== undefined) preparations.push(openBuffer(replica));
  return { entrypoints: ["sh", "-c"], command: [pulumi.interpolate`${preparations.join("; ")}; exec haproxy -db -f ${configuration}`] };
}

/**
 * Opens a file for events, one for each start: HAProxy writes over what is in a file that it is given. Its name has a number by which the collector
 * knows that earlier files have come to their end, and something that no other file's name ever had.
 */
function openBuffer(replica: string): string {
  const prefix = `${bufferDirectory}/${replica}.`;
  return [
    "number=1",
    `for file in ${prefix}*; do other=\${file#${prefix}}; other=\${other%%.*}; [ ! -e $file ] || [ $other -lt $number ] || number=$((other + 1)); done`,
    `file=${prefix}$number.$(cat /proc/sys/kernel/random/uuid).jsonl`,
    "umask 007",
    `touch $file 2> /dev/null && exec ${auditDescriptor}> $file || exec ${auditDescriptor}> /dev/null`,
  ].join("; ");
}

function publishedPorts(topology: Topology, { replicas, publishedStore, host }: BalancerTopology): docker.types.input.ContainerPort[] {
  const { port, bindAddress, statisticsPort, statisticsBindAddress } = topology.loadBalancer;
  const store = topology.objectStore.garage?.nodes.some((node) => node.host === host) === true ? publishedStore : undefined;
  return [
    ...(store === undefined ? [] : [{ internal: ports.storeTls, external: store.port, ip: store.address }]),
    { internal: ports.balancer, external: port, ip: bindAddress },
    ...replicas.map((_, index) => ({ internal: ports.statistics + index, external: statisticsPort + index, ip: statisticsBindAddress })),
  ];
}

function configuration(args: LoadBalancerArgs, { host }: BalancerTopology): pulumi.Output<string> {
  const { topology, clientCaPem, internalCaPem } = args;
  const certificate = pulumi.unsecret(serverPem(args).apply((pem) => contentPath("server.pem", pem)));
  return pulumi.all([certificate, clientCaPem, internalCaPem, pathsOf(internalPem(args))]).apply(([path, clientCa, internalCa, internal]) =>
    renderHaproxy(
      topology,
      {
        certificate: path,
        clientCa: clientCa === undefined ? undefined : contentPath("client-ca.crt", clientCa),
        internalCa: internalCa === undefined ? undefined : contentPath("internal-ca.crt", internalCa),
        internalCertificate: internal["internal.pem"],
      },
      host,
    ),
  );
}

function serverPem({ certificatePem, privateKeyPem }: LoadBalancerArgs): pulumi.Output<string> {
  return pemOf(certificatePem, privateKeyPem);
}

function internalPem({ topology, internalCertificatePem, internalPrivateKeyPem }: LoadBalancerArgs): Record<string, pulumi.Output<string>> {
  if (topology.objectStore.garage === undefined || internalCertificatePem === undefined || internalPrivateKeyPem === undefined) return {};
  return { "internal.pem": pemOf(internalCertificatePem, internalPrivateKeyPem) };
}

/** Is there while the network namespace is that of a running container. */
const networkInterface = "/sys/class/net/eth0";

/** How long Docker may take to start the owner of the namespace again, seconds. Before that it could not start a HAProxy, and would give up. */
const namespaceSeconds = 8;

/**
 * Healthy means: answers, and sees a node. A process whose namespace is gone, because the container that owns it was restarted, ends
 * itself; Docker then starts it in the new one.
 */
function probe(port: number): string {
  const leave = `[ -e ${networkInterface} ] || { sleep ${namespaceSeconds}; kill 1; }`;
  return `{ ${leave}; wget -q -T 3 -O /dev/null http://127.0.0.1:${port}/healthz; }`;
}

/** Ends early when the namespace is gone. */
const watchfulRest = `for second in $(seq ${restSeconds}); do [ -e ${networkInterface} ] || break; sleep 1; done`;

/** File descriptors that HAProxy takes: two per connection, and some for itself. */
function descriptors(topology: Topology): number {
  return 2 * haproxyConnections(topology) + 1000;
}
