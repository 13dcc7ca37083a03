import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy";
import type * as inputs from "@pulumi/kubernetes/types/input";
import * as pulumi from "@pulumi/pulumi";
import { AccessMode, ports } from "ha-registry-core";
import type { KubernetesRedisTopology, KubernetesTopology } from "ha-registry-core";
import { makeLogins } from "ha-registry-core/pulumi";
import { collectionPart, metadataOf, selectorOf } from "./objects";

/** Arguments of `Access`. */
export interface AccessArgs {
  /** The resolved registry. */
  topology: KubernetesTopology;
  /** Namespace of the registry. */
  namespaceName: pulumi.Input<string>;
  /** Passwords by user, secrets; a user without one gets a generated password of 32 characters. @default - all generated */
  passwords?: Record<string, pulumi.Input<string>>;
}

/** Who may come in: the users and their passwords, and which pods may speak with which. */
export class Access extends pulumi.ComponentResource {
  /** Passwords by user, secret; none where nobody logs in by password. */
  readonly passwords: pulumi.Output<Record<string, string>>;
  /** The registry's password file, secret; empty where nobody logs in by password. */
  readonly htpasswd: pulumi.Output<string>;

  constructor(name: string, args: AccessArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-registry-kubernetes:index:Access", name, {}, opts);
    const { topology, namespaceName } = args;
    if (topology.access.mode === AccessMode.Htpasswd) {
      const { passwords, htpasswd } = makeLogins(name, topology.access.users, args.passwords ?? {}, this);
      this.passwords = passwords;
      this.htpasswd = htpasswd;
    } else {
      this.passwords = pulumi.output<Record<string, string>>({});
      this.htpasswd = pulumi.output("");
    }
    if (topology.networkPolicies.enabled)
      for (const [part, rules] of Object.entries(policies(topology)))
        new NetworkPolicy(
          `${name}-${part}`,
          {
            metadata: metadataOf(topology, part, `${topology.name}-${part}`, namespaceName),
            spec: { podSelector: { matchLabels: selectorOf(topology, part) }, ...rules },
          },
          { parent: this },
        );
    this.registerOutputs({});
  }
}

type Rules = Omit<inputs.networking.v1.NetworkPolicySpec, "podSelector">;

/**
 * What each part may do. Clients, wherever they are, reach balancers; those reach nodes and DNS; nodes reach Redis, and whatever else they need outside, as a bucket
 * whose addresses nobody knows.
 */
function policies(topology: KubernetesTopology): Record<string, Rules> {
  const { node, redis, objectStore, networkPolicies, garbageCollection } = topology;
  const pods = (part: string): inputs.networking.v1.NetworkPolicyPeer[] => [{ podSelector: { matchLabels: selectorOf(topology, part) } }];
  const metrics = (port: number): inputs.networking.v1.NetworkPolicyIngressRule[] =>
    networkPolicies.metricsNamespaces.length === 0 ? [] : [{ from: namespaces(networkPolicies.metricsNamespaces), ports: tcp(port) }];
  const redisClients = [...pods("node"), ...(garbageCollection === undefined ? [] : pods(collectionPart))];
  const storeClients = [...redisClients, ...(topology.backup === undefined ? [] : pods("backup"))];
  const fencePorts = tcp(ports.fenceReports, ports.fence);
  return {
    balancer: {
      policyTypes: ["Ingress", "Egress"],
      ingress: [{ ports: tcp(ports.balancer) }, ...metrics(ports.statistics)],
      egress: [
        { to: pods("node"), ports: tcp(node.port, ports.agent) },
        ...(garbageCollection === undefined ? [] : [{ to: pods(collectionPart), ports: fencePorts }]),
        { ports: dns },
      ],
    },
    ...(garbageCollection === undefined
      ? {}
      : {
          // What collects looks whether another one does.
          [collectionPart]: {
            policyTypes: ["Ingress"],
            ingress: [{ from: [...pods("balancer"), ...pods(collectionPart)], ports: fencePorts }],
          },
        }),
    node: {
      policyTypes: ["Ingress"],
      ingress: [{ from: pods("balancer"), ports: tcp(node.port, ports.agent) }, ...metrics(node.debugPort)],
    },
    ...(topology.backup === undefined ? {} : { backup: { policyTypes: ["Ingress"], ingress: [] } }),
    ...(redis.host === undefined ? {} : { redis: redisRules(redis, redisClients, pods("redis")) }),
    ...(objectStore.garage === undefined
      ? {}
      : {
          "object-store": {
            policyTypes: ["Ingress", "Egress"],
            ingress: [
              { from: storeClients, ports: tcp(ports.storeTls, ports.garageAgent) },
              { from: pods("object-store"), ports: tcp(ports.garageRpc) },
              ...metrics(ports.garageAdmin),
            ],
            egress: [{ to: pods("object-store"), ports: tcp(ports.garageRpc) }, { ports: dns }],
          },
        }),
  };
}

/** With sentinels, servers and sentinels speak with each other, and ask DNS where they are. */
function redisRules(
  { sentinel }: KubernetesRedisTopology,
  clients: inputs.networking.v1.NetworkPolicyPeer[],
  servers: inputs.networking.v1.NetworkPolicyPeer[],
): Rules {
  const policyTypes = ["Ingress", "Egress"];
  if (sentinel === undefined) return { policyTypes, ingress: [{ from: clients, ports: tcp(ports.redis) }], egress: [] };
  const both = tcp(ports.redis, ports.sentinel);
  return {
    policyTypes,
    ingress: [{ from: [...clients, ...servers], ports: both }],
    egress: [{ to: servers, ports: both }, { ports: dns }],
  };
}

/** The cluster's DNS, wherever it runs. */
const dns = [{ protocol: "UDP", port: 53 }, ...tcp(53)];

function tcp(...numbers: number[]): { protocol: string; port: number }[] {
  return numbers.map((port) => ({ protocol: "TCP", port }));
}

function namespaces(names: string[]): inputs.networking.v1.NetworkPolicyPeer[] {
  return [{ namespaceSelector: { matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values: names }] } }];
}
