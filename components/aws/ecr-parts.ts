import { Key } from "@pulumi/aws/kms/key";
import { Role } from "@pulumi/aws/iam/role";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy";
import type * as pulumi from "@pulumi/pulumi";
import type { EcrTopology } from "ha-registry-core";
import { ownTags } from "./resources";

/** The tags of everything that belongs to a part: the user's own, of which registry it is, and a name where the console shows one. */
export function ecrTags({ name, tags }: EcrTopology, part: string, displayed?: string): Record<string, string> {
  return { ...tags, ...ownTags(name, part), ...(displayed === undefined ? {} : { Name: displayed }) };
}

/** Account that an ARN is of. */
export function accountOf(arn: string): string {
  return arn.split(":")[4] ?? "";
}

/** A key for images. Its policy is AWS's own for new keys: the account's administrators decide by IAM who may use it. */
export function makeEcrKey(name: string, topology: EcrTopology, opts: pulumi.CustomResourceOptions): Key {
  return new Key(
    name,
    {
      region: topology.region,
      description: `Images of the registry ${topology.name}`,
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      tags: ecrTags(topology, "key", name),
    },
    { ...opts, protect: topology.dataProtection },
  );
}

/** Arguments of {@link makeEcrRole}. */
export interface EcrRoleArgs {
  /** The resolved registry. */
  topology: EcrTopology;
  /** Part of the registry that it belongs to. */
  part: string;
  /** What it is for. */
  description: string;
  /** Who may take it, as JSON. */
  trust: pulumi.Input<string>;
  /** What it may, as JSON. */
  policy: pulumi.Input<string>;
  /** How long it lasts, seconds. @default - an hour */
  sessionSeconds?: number;
}

/** A role, and the one policy that it has. */
export interface EcrRole {
  /** The role. */
  role: Role;
  /** Its policy: what takes the role waits for it. */
  policy: RolePolicy;
}

/** Makes a role with one policy. IAM is global: neither has a region. */
export function makeEcrRole(name: string, args: EcrRoleArgs, opts: pulumi.CustomResourceOptions): EcrRole {
  const { topology, part, description, trust, policy, sessionSeconds } = args;
  const role = new Role(
    name,
    { description, assumeRolePolicy: trust, maxSessionDuration: sessionSeconds, tags: ecrTags(topology, part, name) },
    opts,
  );
  return { role, policy: new RolePolicy(name, { role: role.name, policy }, opts) };
}
