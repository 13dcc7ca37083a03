import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { Topology } from "ha-registry-core";
import { isSeveral } from "ha-registry-core";
import { labels } from "./container";

/** Options of a part whose containers are on several hosts. */
export interface PartOptions extends pulumi.ComponentResourceOptions {
  /** Docker provider of each host, by its name. @default - the inherited one, which is right for a single host */
  hostProviders?: Record<string, docker.Provider>;
}

/** A Docker provider for each host; none where there is but one host, which is the inherited provider's. */
export function hostProviders({ name, hosts }: Topology, opts: pulumi.CustomResourceOptions): Record<string, docker.Provider> {
  if (!isSeveral(hosts)) return {};
  return Object.fromEntries(
    hosts.map((host) => [
      host.name,
      new docker.Provider(
        `${name}-${host.name}`,
        {
          ...(host.dockerHost === undefined ? {} : { host: host.dockerHost }),
          ...(host.certificatesPath === undefined ? {} : { certPath: host.certificatesPath }),
          ...(host.sshOptions.length === 0 ? {} : { sshOpts: host.sshOptions }),
        },
        opts,
      ),
    ]),
  );
}

/** The private network of every host; they have one name and one range. */
export function privateNetworks(topology: Topology, opts: PartOptions): pulumi.Output<string> {
  const { name, network, hosts } = topology;
  const names = hosts.map(
    (host) =>
      new docker.Network(
        onHost(name, host.name),
        {
          name,
          driver: "bridge",
          ipamConfigs: [{ subnet: network.subnet, gateway: network.gateway }],
          labels: labels(topology, "network"),
        },
        { ...childOptions(opts, host.name), deleteBeforeReplace: true, ignoreChanges: ["labels"] }, // labels of a network cannot change without replacing it
      ).name,
  );
  return pulumi.all(names).apply(([first]) => first ?? name);
}

/**
 * Logical name of what is on a host: without a suffix where there is but one. Parts that move to another host are others to Pulumi, which would
 * else look for them with the other host's provider, and find nothing.
 */
export function onHost(name: string, host: string): string {
  return host === "" ? name : `${name}-${host}`;
}

/** Options of a resource of the component `parent` that belongs on a host. */
export function childOptions(
  { parent, hostProviders: providers = {} }: Pick<PartOptions, "parent" | "hostProviders">,
  host: string,
): pulumi.CustomResourceOptions {
  const provider = providers[host];
  return { ...(parent === undefined ? {} : { parent }), ...(provider === undefined ? {} : { provider }) };
}

/** Names of the hosts that have any of `instances`, in the order of the hosts. */
export function hostsOf({ hosts }: Topology, instances: readonly { host: string }[]): string[] {
  return hosts.map(({ name }) => name).filter((name) => instances.some(({ host }) => host === name));
}
