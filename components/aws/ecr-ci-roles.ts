import { OpenIdConnectProvider } from "@pulumi/aws/iam/openIdConnectProvider";
import * as pulumi from "@pulumi/pulumi";
import { renderCiPolicy, renderCiTrust } from "ha-registry-core";
import type { EcrTopology } from "ha-registry-core";
import { ecrTags, makeEcrRole } from "./ecr-parts";

/** Arguments of `EcrCiRoles`. */
export interface EcrCiRolesArgs {
  /** The resolved registry. */
  topology: EcrTopology;
  /** Account of the registry. */
  accountId: pulumi.Input<string>;
  /** ARN of the profile that roles sign with. @default - none */
  signingProfileArn?: pulumi.Input<string>;
}

const part = "ci-roles";

/** Roles that pipelines take by OIDC, and who tells AWS that a pipeline is what it says. */
export class EcrCiRoles extends pulumi.ComponentResource {
  /** ARNs of the roles, by name. */
  readonly roleArns: pulumi.Output<Record<string, string>>;
  /** ARNs of the OpenID Connect providers, by forge: what other registries of the account take for `existingArn`. */
  readonly identityProviderArns: pulumi.Output<Record<string, string>>;

  constructor(name: string, args: EcrCiRolesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-registry-aws:index:EcrCiRoles", name, {}, opts);
    const { topology, accountId, signingProfileArn } = args;
    const child = { parent: this };
    const providers = topology.identityProviders.map((provider) => ({
      ...provider,
      arn:
        provider.existingArn ??
        new OpenIdConnectProvider(
          `${name}-${provider.forge}`,
          { url: provider.url, clientIdLists: [provider.audience], tags: ecrTags(topology, part) },
          child,
        ).arn,
    }));
    const roles = topology.ciRoles.map((role): [string, pulumi.Output<string>] => {
      const made = makeEcrRole(
        `${name}-${role.name}`,
        {
          topology,
          part,
          description: `Pipelines of the registry ${topology.name}: ${role.name}`,
          trust: pulumi.output(providers).apply((known) => renderCiTrust(role, known)),
          policy: pulumi
            .all([accountId, role.sign ? signingProfileArn : undefined])
            .apply(([account, profile]) => renderCiPolicy(topology, role, account, profile)),
          sessionSeconds: role.sessionSeconds,
        },
        child,
      );
      return [role.name, made.role.arn];
    });
    this.roleArns = pulumi.output(Object.fromEntries(roles));
    this.identityProviderArns = pulumi.output(Object.fromEntries(providers.map(({ forge, arn }) => [forge, pulumi.output(arn)])));
    this.registerOutputs({ roleArns: this.roleArns, identityProviderArns: this.identityProviderArns });
  }
}
