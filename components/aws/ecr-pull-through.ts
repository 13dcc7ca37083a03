import { PullThroughCacheRule } from "@pulumi/aws/ecr/pullThroughCacheRule";
import { Secret } from "@pulumi/aws/secretsmanager/secret";
import { SecretVersion } from "@pulumi/aws/secretsmanager/secretVersion";
import * as pulumi from "@pulumi/pulumi";
import { renderFetchPolicy, renderServiceTrust } from "ha-registry-core";
import type { EcrCacheTopology, EcrTopology } from "ha-registry-core";
import { ecrTags, makeEcrRole } from "./ecr-parts";

/** Arguments of `EcrPullThroughCaches`. */
export interface EcrPullThroughCachesArgs {
  /** The resolved registry. */
  topology: EcrTopology;
  /** Account of the registry. */
  accountId: pulumi.Input<string>;
  /** Passwords or access tokens by prefix of the cache, secrets. @default - none */
  tokens?: Record<string, pulumi.Input<string>>;
}

const part = "pull-through-caches";

/** Upstream registries whose images are fetched when they are asked for, with what it takes to log in there. */
export class EcrPullThroughCaches extends pulumi.ComponentResource {
  /** ARNs of the roles that fetch from ECR of other accounts, by prefix: those accounts have to let them pull. */
  readonly fetchRoleArns: pulumi.Output<Record<string, string>>;

  constructor(name: string, args: EcrPullThroughCachesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-registry-aws:index:EcrPullThroughCaches", name, {}, opts);
    const { topology, accountId, tokens = {} } = args;
    const roles: Record<string, pulumi.Output<string>> = {};
    for (const cache of topology.pullThroughCaches) {
      const logicalName = `${topology.name}-${cache.prefix}`;
      const role =
        cache.otherAccount === undefined ? undefined : this.makeRole(`${name}-${plain(cache.prefix)}`, topology, cache, accountId);
      if (role !== undefined) roles[cache.prefix] = role.role.arn;
      const credentials =
        cache.username === undefined ? undefined : this.makeSecret(logicalName, topology, cache, tokens[cache.prefix] ?? "");
      new PullThroughCacheRule(
        logicalName,
        {
          region: topology.region,
          ecrRepositoryPrefix: cache.prefix,
          upstreamRegistryUrl: cache.upstreamUrl,
          upstreamRepositoryPrefix: cache.upstreamPrefix,
          credentialArn: credentials?.secretId ?? cache.existingCredentialsArn,
          customRoleArn: role?.role.arn,
        },
        { parent: this, dependsOn: role === undefined ? [] : [role.policy] },
      );
    }
    this.fetchRoleArns = pulumi.output(roles);
    this.registerOutputs({ fetchRoleArns: this.fetchRoleArns });
  }

  private makeRole(name: string, topology: EcrTopology, cache: EcrCacheTopology, accountId: pulumi.Input<string>) {
    return makeEcrRole(
      name,
      {
        topology,
        part,
        description: `Fetches images from ${cache.upstreamUrl}`,
        trust: renderServiceTrust("pullthroughcache.ecr.amazonaws.com"),
        policy: pulumi.output(accountId).apply((account) => renderFetchPolicy(topology, cache, account)),
      },
      { parent: this },
    );
  }

  /**
   * A login, as ECR reads it. Its name has to begin so; what follows makes it unique, since the name of a removed secret stays taken for weeks. It is encrypted with AWS's key
   * for secrets: the role by which ECR reads it has no right to any other.
   */
  private makeSecret(logicalName: string, topology: EcrTopology, cache: EcrCacheTopology, token: pulumi.Input<string>): SecretVersion {
    const { region } = topology;
    const secret = new Secret(
      logicalName,
      {
        region,
        namePrefix: `ecr-pullthroughcache/${topology.name}-${cache.prefix}-`,
        description: `Login at ${cache.upstreamUrl}`,
        tags: ecrTags(topology, part),
      },
      { parent: this },
    );
    const login = pulumi.secret(token).apply((accessToken) => JSON.stringify({ username: cache.username, accessToken }));
    return new SecretVersion(logicalName, { region, secretId: secret.arn, secretString: login }, { parent: this });
  }
}

/** A prefix as part of a name of IAM, which takes no `/`. */
function plain(prefix: string): string {
  return prefix.replaceAll("/", "-");
}
