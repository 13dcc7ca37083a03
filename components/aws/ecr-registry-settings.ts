import { RegistryPolicy } from "@pulumi/aws/ecr/registryPolicy";
import { RegistryScanningConfiguration } from "@pulumi/aws/ecr/registryScanningConfiguration";
import { ReplicationConfiguration } from "@pulumi/aws/ecr/replicationConfiguration";
import * as pulumi from "@pulumi/pulumi";
import { renderRegistryPolicy } from "ha-registry-core";
import type { EcrReplicationTopology, EcrScanningTopology, EcrTopology } from "ha-registry-core";

/** Arguments of `EcrRegistrySettings`. */
export interface EcrRegistrySettingsArgs {
  /** The resolved registry. */
  topology: EcrTopology;
  /** Account of the registry. */
  accountId: pulumi.Input<string>;
}

/**
 * What an account has once in each region: scanning, replication and the registry's policy. Each is made only where the user asks for it, so that several `EcrRegistry`s in
 * one account and region can leave it to one of them.
 */
export class EcrRegistrySettings extends pulumi.ComponentResource {
  constructor(name: string, args: EcrRegistrySettingsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-registry-aws:index:EcrRegistrySettings", name, {}, opts);
    const { topology } = args;
    const { region } = topology;
    const child = { parent: this };
    const accountId = pulumi.output(args.accountId);
    if (topology.scanning !== undefined)
      new RegistryScanningConfiguration(name, { region, scanType: topology.scanning.type, rules: scanningRules(topology.scanning) }, child);
    if (topology.replication.length > 0)
      new ReplicationConfiguration(
        name,
        { region, replicationConfiguration: { rules: topology.replication.map((rule) => replicationRule(rule, accountId)) } },
        child,
      );
    // Whether there is anybody to name is known without the account.
    if (renderRegistryPolicy(topology, "") !== undefined)
      new RegistryPolicy(name, { region, policy: accountId.apply((account) => renderRegistryPolicy(topology, account) ?? "") }, child);
    this.registerOutputs({});
  }
}

function scanningRules({ onPush, continuous }: EcrScanningTopology): {
  scanFrequency: string;
  repositoryFilters: { filter: string; filterType: string }[];
}[] {
  const rule = (scanFrequency: string, filters: string[]) =>
    filters.length === 0 ? [] : [{ scanFrequency, repositoryFilters: filters.map((filter) => ({ filter, filterType: "WILDCARD" })) }];
  return [...rule("CONTINUOUS_SCAN", continuous), ...rule("SCAN_ON_PUSH", onPush)];
}

function replicationRule({ destinations, prefixes }: EcrReplicationTopology, own: pulumi.Output<string>) {
  return {
    destinations: destinations.map(({ region, accountId }) => ({ region, registryId: accountId ?? own })),
    ...(prefixes.length === 0 ? {} : { repositoryFilters: prefixes.map((filter) => ({ filter, filterType: "PREFIX_MATCH" })) }),
  };
}
