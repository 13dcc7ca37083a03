import { LifecyclePolicy } from "@pulumi/aws/ecr/lifecyclePolicy";
import { Repository } from "@pulumi/aws/ecr/repository";
import { RepositoryCreationTemplate } from "@pulumi/aws/ecr/repositoryCreationTemplate";
import { RepositoryPolicy } from "@pulumi/aws/ecr/repositoryPolicy";
import * as pulumi from "@pulumi/pulumi";
import { renderEcrLifecycle, renderRepositoryPolicy, renderServiceTrust, renderTemplatePolicy } from "ha-registry-core";
import type { EcrRepositorySettings, EcrTopology } from "ha-registry-core";
import { ecrTags, makeEcrRole } from "./ecr-parts";

/** Arguments of `EcrRepositories`. */
export interface EcrRepositoriesArgs {
  /** The resolved registry. */
  topology: EcrTopology;
  /** ARN of the key that images are encrypted with. */
  keyArn: pulumi.Input<string>;
}

const part = "repositories";

/** Repositories, each with what goes from it and who may come in. */
export class EcrRepositories extends pulumi.ComponentResource {
  /** What stands before the `:` in image references, by name of the repository. */
  readonly urls: pulumi.Output<Record<string, string>>;
  /** Account that the first repository is in; empty where there is none. */
  readonly accountId: pulumi.Output<string>;

  constructor(name: string, args: EcrRepositoriesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-registry-aws:index:EcrRepositories", name, {}, opts);
    const { topology, keyArn } = args;
    const { region } = topology;
    const child = { parent: this };
    const made = topology.repositories.map((settings) => {
      const logicalName = `${topology.name}-${settings.name}`;
      const repository = new Repository(
        logicalName,
        {
          region,
          name: settings.name,
          ...mutability(settings),
          imageScanningConfiguration: { scanOnPush: settings.scanOnPush },
          encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: keyArn }],
          forceDelete: !topology.dataProtection,
          tags: ecrTags(topology, part),
        },
        { ...child, protect: topology.dataProtection },
      );
      const policy = renderRepositoryPolicy(settings.access);
      if (policy !== undefined) new RepositoryPolicy(logicalName, { region, repository: repository.name, policy }, child);
      if (settings.lifecycle !== undefined)
        new LifecyclePolicy(logicalName, { region, repository: repository.name, policy: renderEcrLifecycle(settings.lifecycle) }, child);
      return { name: settings.name, url: repository.repositoryUrl, accountId: repository.registryId };
    });
    this.urls = pulumi
      .all(made.map(({ url }) => url))
      .apply((urls) => Object.fromEntries(made.map((each, index) => [each.name, urls[index] ?? ""])));
    this.accountId = made[0]?.accountId ?? pulumi.output("");
    this.registerOutputs({ urls: this.urls, accountId: this.accountId });
  }
}

/** Arguments of `EcrCreationTemplates`. */
export interface EcrCreationTemplatesArgs extends EcrRepositoriesArgs {
  /** Account of the registry. */
  accountId: pulumi.Input<string>;
}

/** What repositories get that ECR itself makes, and the role by which it makes them. */
export class EcrCreationTemplates extends pulumi.ComponentResource {
  constructor(name: string, args: EcrCreationTemplatesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-registry-aws:index:EcrCreationTemplates", name, {}, opts);
    const { topology, keyArn, accountId } = args;
    const child = { parent: this };
    const { role, policy } = makeEcrRole(
      name,
      {
        topology,
        part,
        description: `Makes repositories of the registry ${topology.name} from templates`,
        trust: renderServiceTrust("ecr.amazonaws.com"),
        policy: pulumi.all([accountId, keyArn]).apply(([account, key]) => renderTemplatePolicy(topology, account, key)),
      },
      child,
    );
    for (const settings of topology.creationTemplates)
      new RepositoryCreationTemplate(
        `${topology.name}-${settings.prefix}`,
        {
          region: topology.region,
          prefix: settings.prefix,
          description: `Repositories of the registry ${topology.name}`,
          appliedFors: settings.appliesTo,
          customRoleArn: role.arn,
          ...mutability(settings),
          encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: keyArn }],
          repositoryPolicy: renderRepositoryPolicy(settings.access),
          lifecyclePolicy: settings.lifecycle === undefined ? undefined : renderEcrLifecycle(settings.lifecycle),
          resourceTags: ecrTags(topology, part),
        },
        { ...child, dependsOn: [policy] },
      );
    this.registerOutputs({});
  }
}

/** Whether tags stay, in the words of ECR. */
function mutability({ immutableTags, mutableTags }: EcrRepositorySettings): {
  imageTagMutability: string;
  imageTagMutabilityExclusionFilters?: { filter: string; filterType: string }[];
} {
  if (!immutableTags) return { imageTagMutability: "MUTABLE" };
  if (mutableTags.length === 0) return { imageTagMutability: "IMMUTABLE" };
  return {
    imageTagMutability: "IMMUTABLE_WITH_EXCLUSION",
    imageTagMutabilityExclusionFilters: mutableTags.map((filter) => ({ filter, filterType: "WILDCARD" })),
  };
}
