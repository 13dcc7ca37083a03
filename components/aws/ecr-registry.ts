import { SigningProfile } from "@pulumi/aws/signer/signingProfile";
import * as pulumi from "@pulumi/pulumi";
import { Problems, resolveEcrTopology } from "ha-registry-core";
import type { EcrRegistryShape, EcrTopology } from "ha-registry-core";
import { known } from "ha-registry-core/pulumi";
import { EcrCiRoles } from "./ecr-ci-roles";
import { EcrEndpoints } from "./ecr-endpoints";
import { accountOf, ecrTags, makeEcrKey } from "./ecr-parts";
import { EcrPullThroughCaches } from "./ecr-pull-through";
import { EcrRegistrySettings } from "./ecr-registry-settings";
import { EcrCreationTemplates, EcrRepositories } from "./ecr-repositories";

/** Arguments of `EcrRegistry`. What comes from `EcrRegistryShape` decides what exists and is plain; secrets may be outputs. */
export interface EcrRegistryArgs extends EcrRegistryShape {
  /** Secrets. @default - none */
  secrets?: EcrSecretsArgs;
}

/** Secrets. They are kept as secrets in the state, and in Secrets Manager. */
export interface EcrSecretsArgs {
  /** Passwords or access tokens at upstreams, by prefix of the pull-through cache that has a `username`. @default - none */
  upstreamTokens?: Record<string, pulumi.Input<string>>;
}

/**
 * A managed registry: Amazon ECR in one region, with the same face as the registries that run nodes of their own. Clients log in with `aws ecr get-login-password`,
 * or by ECR's credential helper; pipelines take one of `roleArns`.
 */
export class EcrRegistry extends pulumi.ComponentResource {
  /** `https://host`. */
  readonly endpoint: pulumi.Output<string>;
  /** Name under which clients reach the registry. */
  readonly hostname: pulumi.Output<string>;
  /** `host`, as it stands in image references. */
  readonly authority: pulumi.Output<string>;
  /** What stands before the `:` in image references, by name of the repository. */
  readonly repositoryUrls: pulumi.Output<Record<string, string>>;
  /** ARNs of the roles that pipelines take, by name. */
  readonly roleArns: pulumi.Output<Record<string, string>>;
  /** ARNs of the OpenID Connect providers, by forge: what other registries of the account take for `identityProviders`. */
  readonly identityProviderArns: pulumi.Output<Record<string, string>>;
  /** ARNs of the roles that fetch from ECR of other accounts, by prefix: those accounts have to let them pull. */
  readonly fetchRoleArns: pulumi.Output<Record<string, string>>;
  /** ARN of the key that images are encrypted with. */
  readonly keyArn: pulumi.Output<string>;
  /** ARN of the profile that pipelines sign with; empty where there is none. */
  readonly signingProfileArn: pulumi.Output<string>;

  /** @throws {RegistryError} with every problem of the plain arguments, before anything is registered. */
  constructor(name: string, args: EcrRegistryArgs, opts?: pulumi.ComponentResourceOptions) {
    const { secrets = {}, ...shape } = args;
    const topology = resolveEcrTopology(name, shape);
    checkTokens(topology, secrets.upstreamTokens ?? {});

    super("ha-registry-aws:index:EcrRegistry", name, {}, opts);
    const child = { parent: this };
    const key = topology.existingKeyArn === undefined ? makeEcrKey(`${name}-key`, topology, child) : undefined;
    const keyArn = key?.arn ?? pulumi.output(topology.existingKeyArn ?? "");
    const repositories = new EcrRepositories(`${name}-repositories`, { topology, keyArn }, child);
    // A key of the registry's own is in its account, and is there before every repository; another key may be of another account.
    const accountId = key === undefined ? repositories.accountId : key.arn.apply(accountOf);
    const common = { topology, accountId };

    if (topology.creationTemplates.length > 0) new EcrCreationTemplates(`${name}-templates`, { ...common, keyArn }, child);
    new EcrRegistrySettings(`${name}-settings`, common, child);
    const caches = new EcrPullThroughCaches(`${name}-caches`, { ...common, tokens: secrets.upstreamTokens }, child);
    if (topology.network !== undefined) new EcrEndpoints(`${name}-endpoints`, { ...common, network: topology.network }, child);
    const profile = topology.signatureMonths === undefined ? undefined : makeSigningProfile(`${name}-signing`, topology, child);
    const ciRoles = new EcrCiRoles(`${name}-ci`, { ...common, signingProfileArn: profile?.arn }, child);

    this.hostname = accountId.apply((account) => `${account}.dkr.ecr.${topology.region}.${topology.dnsSuffix}`);
    this.authority = this.hostname;
    this.endpoint = pulumi.interpolate`https://${this.hostname}`;
    this.repositoryUrls = repositories.urls;
    this.roleArns = ciRoles.roleArns;
    this.identityProviderArns = ciRoles.identityProviderArns;
    this.fetchRoleArns = caches.fetchRoleArns;
    this.keyArn = keyArn;
    this.signingProfileArn = profile?.arn ?? pulumi.output("");
    this.registerOutputs({
      endpoint: this.endpoint,
      hostname: this.hostname,
      authority: this.authority,
      repositoryUrls: this.repositoryUrls,
      roleArns: this.roleArns,
      identityProviderArns: this.identityProviderArns,
      fetchRoleArns: this.fetchRoleArns,
      keyArn: this.keyArn,
      signingProfileArn: this.signingProfileArn,
    });
  }
}

/** A profile for images. The name of a removed one is taken for ever, so that something unique follows. */
function makeSigningProfile(name: string, topology: EcrTopology, opts: pulumi.CustomResourceOptions): SigningProfile {
  return new SigningProfile(
    name,
    {
      region: topology.region,
      namePrefix: `${topology.name.replaceAll("-", "_").slice(0, 30)}_`,
      platformId: "Notation-OCI-SHA384-ECDSA",
      signatureValidityPeriod: { type: "MONTHS", value: topology.signatureMonths ?? 0 },
      tags: ecrTags(topology, "signing"),
    },
    opts,
  );
}

/** @throws {RegistryError} when a login at an upstream has no token, or a token belongs to no login. */
function checkTokens({ name, pullThroughCaches }: EcrTopology, tokens: Record<string, pulumi.Input<string>>): void {
  const problems = new Problems();
  const users = pullThroughCaches.filter(({ username }) => username !== undefined).map(({ prefix }) => prefix);
  for (const prefix of users)
    problems.require(
      tokens[prefix] !== undefined && known(tokens[prefix]) !== "",
      `secrets.upstreamTokens.${prefix}`,
      `is missing: give the password or access token of pullThroughCaches.${prefix}.username`,
    );
  for (const prefix of Object.keys(tokens))
    problems.require(
      users.includes(prefix),
      `secrets.upstreamTokens.${prefix}`,
      `there is no cache "${prefix}" with a username in pullThroughCaches`,
    );
  problems.throwIfAny(name);
}
