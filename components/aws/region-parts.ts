import * as pulumi from "@pulumi/pulumi";
import { AccessMode, checkSettings } from "ha-registry-core";
import type { AwsTopology, RegistrySettings } from "ha-registry-core";
import { given } from "ha-registry-core/pulumi";
import type { SecretsArgs, TrustArgs } from "ha-registry-core/pulumi";
import { Access } from "./access";
import { Encryption } from "./encryption";
import { FlowLogs } from "./flow-logs";
import { LoadBalancer } from "./load-balancer";
import { Monitoring } from "./monitoring";
import { Network } from "./network";
import { ObjectStore } from "./object-store";
import { Redis } from "./redis";
import { RegistryNodes } from "./registry-nodes";

/** What a registry in one region and each region of several are made of alike. */
export interface RegionGrounds {
  /** Where it is. */
  network: Network;
  /** Who may come in. */
  access: Access;
  /** ARN of the key that everything at rest is encrypted with. */
  keyArn: pulumi.Output<string>;
  /** The bucket. */
  store: ObjectStore;
  /** The cache, where there is one of the registry's own. */
  redis?: Redis;
}

/** What several regions share. */
export interface SharedSecrets {
  /** The registry's password file, a secret. */
  htpasswd: pulumi.Input<string>;
  /** What nodes sign the state of uploads with, a secret. */
  httpSecret: pulumi.Input<string>;
}

/** Makes what is needed before a name leads to a region. */
export function makeGrounds(
  name: string,
  topology: AwsTopology,
  of: { passwords?: Record<string, pulumi.Input<string>>; htpasswd?: pulumi.Input<string>; refusesRemovals?: boolean },
  child: pulumi.ComponentResourceOptions,
): RegionGrounds {
  const { passwords, htpasswd, refusesRemovals } = of;
  const network = new Network(`${name}-network`, { topology }, child);
  const access = new Access(`${name}-access`, { topology, vpcId: network.vpcId, passwords, htpasswd }, child);
  const { accountId } = access;
  const { keyArn } = new Encryption(`${name}-key`, { topology, accountId }, child);
  if (topology.network.made?.flowLogs === true) new FlowLogs(`${name}-flows`, { topology, vpcId: network.vpcId, accountId, keyArn }, child);
  const store = new ObjectStore(`${name}-store`, { topology, keyArn, refusesRemovals }, child);
  const redis = !topology.redis.own
    ? undefined
    : new Redis(
        `${name}-redis`,
        { topology, subnetIds: network.privateSubnetIds, securityGroupId: access.redisSecurityGroupId, keyArn },
        child,
      );
  return { network, access, keyArn, store, redis };
}

/** Makes what clients connect to. */
export function makeBalancer(
  name: string,
  topology: AwsTopology,
  { network, access }: RegionGrounds,
  certificateArn: pulumi.Input<string>,
  child: pulumi.ComponentResourceOptions,
): LoadBalancer {
  return new LoadBalancer(
    `${name}-balancer`,
    {
      topology,
      vpcId: network.vpcId,
      subnetIds: topology.loadBalancer.internetFacing ? network.publicSubnetIds : network.privateSubnetIds,
      securityGroupId: access.balancerSecurityGroupId,
      certificateArn,
    },
    child,
  );
}

/** What nodes are told beside what the topology says. */
export interface NodeInputs {
  /** The load balancer before them. */
  loadBalancer: LoadBalancer;
  /** What ends in the registry's configuration. */
  settings: pulumi.Input<RegistrySettings>;
  /** Certificates and public keys. */
  trust: TrustArgs;
  /** Secrets. */
  secrets: SecretsArgs;
  /** Certificate and key that HAProxys show the load balancer, a secret. */
  internalPem: pulumi.Input<string>;
  /** What several regions share. @default - nothing: all of it is made here */
  shared?: SharedSecrets;
  /** DNS name of home's load balancer, where home is another region. */
  homeAddress?: pulumi.Input<string>;
  /** CA of the certificate that home shows. */
  homeCaPem?: pulumi.Input<string>;
}

/** Makes the nodes. */
export function makeNodes(
  name: string,
  topology: AwsTopology,
  { network, access, keyArn, store, redis }: RegionGrounds,
  inputs: NodeInputs,
  child: pulumi.ComponentResourceOptions,
): RegistryNodes {
  const { loadBalancer, settings, trust, secrets, internalPem, shared, homeAddress, homeCaPem } = inputs;
  return new RegistryNodes(
    `${name}-nodes`,
    {
      topology,
      accountId: access.accountId,
      subnetIds: network.privateSubnetIds,
      securityGroupId: access.nodesSecurityGroupId,
      targetGroupArn: loadBalancer.targetGroupArn,
      bucket: store.bucket,
      bucketArn: store.bucketArn,
      redisAddress: redis?.address,
      keyArn,
      settings: pulumi.output(settings).apply((values) => {
        checkSettings(topology.name, values);
        return values;
      }),
      internalPem,
      htpasswd: topology.access.mode === AccessMode.Htpasswd ? access.htpasswd : undefined,
      redisCaPem: redis === undefined && topology.redis.enabled ? trust.redisCaPem : undefined,
      tokenCertificatesPem: trust.tokenCertificatesPem,
      tokenJwks: trust.tokenJwks,
      secrets: pulumi.secret(
        given<string>({
          redisPassword: redis?.password ?? (topology.redis.enabled ? secrets.redisPassword : undefined),
          redisSentinelPassword: topology.redis.enabled ? secrets.redisSentinelPassword : undefined,
          proxyUsername: secrets.proxyUsername,
          proxyPassword: secrets.proxyPassword,
        }),
      ),
      notificationHeaders: secrets.notificationHeaders === undefined ? undefined : pulumi.secret(secrets.notificationHeaders),
      httpSecret: shared?.httpSecret,
      homeAddress,
      homeCaPem,
    },
    child,
  );
}

/** What is looked at. */
export interface Watched {
  /** The load balancer. */
  loadBalancer: LoadBalancer;
  /** The nodes behind it. */
  nodes: RegistryNodes;
  /** ARN of the certificate that clients see. */
  certificateArn: pulumi.Input<string>;
}

/** Makes monitoring, where there is to be any. */
export function makeMonitoring(
  name: string,
  topology: AwsTopology,
  { keyArn, redis }: RegionGrounds,
  { loadBalancer, nodes, certificateArn }: Watched,
  child: pulumi.ComponentResourceOptions,
): void {
  if (topology.monitoring === undefined) return;
  new Monitoring(
    `${name}-monitoring`,
    {
      topology,
      logGroupName: nodes.logGroupName,
      balancerMetricName: loadBalancer.metricName,
      targetMetricName: loadBalancer.targetMetricName,
      redisGroupId: redis?.groupId,
      certificateArn,
      keyArn,
    },
    child,
  );
}
