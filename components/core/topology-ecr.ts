import type { EcrCreation, EcrScanType } from "./shape-ecr";

/** A registry of Amazon ECR, with every default filled in and every problem found. */
export interface EcrTopology {
  /** Name of the registry, and prefix of everything that belongs to it. */
  name: string;
  /** Region. */
  region: string;
  /** Partition of AWS: `aws`, `aws-cn` or `aws-us-gov`. */
  partition: string;
  /** What host names of the partition end in. */
  dnsSuffix: string;
  /** Whether data is guarded against deletion. */
  dataProtection: boolean;
  /** Tags of the user's own. */
  tags: Record<string, string>;
  /** ARN of the user's own KMS key; the registry has its own when absent. */
  existingKeyArn?: string;
  /** Repositories, by name. */
  repositories: EcrRepositoryTopology[];
  /** What repositories get that ECR itself makes, by prefix; those of caches are among them. */
  creationTemplates: EcrTemplateTopology[];
  /** How the whole registry is scanned; as it is when absent. */
  scanning?: EcrScanningTopology;
  /** Where images are copied to, by name of the rule. */
  replication: EcrReplicationTopology[];
  /** Accounts that may copy images to here. */
  replicationSources: EcrReplicationSourceTopology[];
  /** Upstreams, by prefix. */
  pullThroughCaches: EcrCacheTopology[];
  /** A network with endpoints; none when absent. */
  network?: EcrNetworkTopology;
  /** Who tells AWS that a pipeline is what it says; those that a role needs. */
  identityProviders: EcrIdentityProviderTopology[];
  /** Roles of pipelines, by name. */
  ciRoles: CiRoleTopology[];
  /** How long signatures are valid, months; there is no profile when absent. */
  signatureMonths?: number;
}

/** What a repository has, whoever makes it. */
export interface EcrRepositorySettings {
  /** Whether tags stay. */
  immutableTags: boolean;
  /** Tags that may move all the same. */
  mutableTags: string[];
  /** Who may come in. */
  access: EcrAccessTopology;
  /** Which images go by themselves; none when absent. */
  lifecycle?: EcrLifecycleTopology;
}

/** One repository. */
export interface EcrRepositoryTopology extends EcrRepositorySettings {
  /** Its name, as in image references. */
  name: string;
  /** Whether images are scanned when they are pushed. */
  scanOnPush: boolean;
}

/** What repositories get that ECR itself makes. */
export interface EcrTemplateTopology extends EcrRepositorySettings {
  /** First parts of their names, or `ROOT`. */
  prefix: string;
  /** On what occasions they are made. */
  appliesTo: EcrCreation[];
}

/** Who may come in, as ARNs. */
export interface EcrAccessTopology {
  /** Who may pull. */
  pull: string[];
  /** Who may push and pull. */
  push: string[];
}

/** Which images go by themselves. */
export interface EcrLifecycleTopology {
  /** Tags that always stay; `*` stands for any characters. */
  keepTags: string[];
  /** How many images with a tag stay, the newest; all when absent. */
  keepLast?: number;
  /** How long images with a tag stay, days; for ever when absent. */
  keepDays?: number;
  /** How long images without a tag stay, days; for ever when absent. */
  untaggedDays?: number;
}

/** How the whole registry is scanned. */
export interface EcrScanningTopology {
  /** What looks. */
  type: EcrScanType;
  /** Repositories that are scanned on push. */
  onPush: string[];
  /** Repositories that are scanned again. */
  continuous: string[];
}

/** Where some images are copied to. */
export interface EcrReplicationTopology {
  /** Name of the rule. */
  name: string;
  /** Regions, and accounts. */
  destinations: EcrDestinationTopology[];
  /** First characters of names; all when empty. */
  prefixes: string[];
}

/** A place that images are copied to. */
export interface EcrDestinationTopology {
  /** Region. */
  region: string;
  /** Account; the same one when absent. */
  accountId?: string;
}

/** An account that may copy images to here. */
export interface EcrReplicationSourceTopology {
  /** Name of the user's. */
  name: string;
  /** ARN by which policies name it. */
  principal: string;
  /** First characters of names that it may write to. */
  prefixes: string[];
}

/** An upstream registry. */
export interface EcrCacheTopology {
  /** First parts of the names here. */
  prefix: string;
  /** Its host name. */
  upstreamUrl: string;
  /** First parts of the names there. */
  upstreamPrefix?: string;
  /** ECR of another account, which takes a role to fetch from. */
  otherAccount?: EcrUpstreamAccountTopology;
  /** User there, where a secret is made. */
  username?: string;
  /** ARN of the user's own secret. */
  existingCredentialsArn?: string;
  /** ARNs of who may fetch what is not there yet. */
  importers: string[];
}

/** Where ECR of another account is. */
export interface EcrUpstreamAccountTopology {
  /** Account. */
  accountId: string;
  /** Region. */
  region: string;
}

/** A network with endpoints. */
export interface EcrNetworkTopology {
  /** ID of the VPC. */
  vpcId: string;
  /** Its addresses. */
  cidrs: string[];
  /** Subnets with an endpoint each. */
  privateSubnetIds: string[];
  /** Route tables that get a way to S3; there is no such endpoint when there are none. */
  routeTableIds: string[];
  /** Buckets that it leads to beside ECR's; `*` for all. */
  buckets: string[];
}

/** Forges whose pipelines can take roles. */
export enum Forge {
  /** GitHub. */
  Github = "github",
  /** GitLab. */
  Gitlab = "gitlab",
}

/** Who tells AWS that a pipeline is what it says. */
export interface EcrIdentityProviderTopology {
  /** Which forge it is. */
  forge: Forge;
  /** Its URL. */
  url: string;
  /** What tokens are made out to. */
  audience: string;
  /** ARN, where the account has it already. */
  existingArn?: string;
}

/** A role of a pipeline. */
export interface CiRoleTopology {
  /** Its name. */
  name: string;
  /** Pipelines that may take it, by forge. */
  subjects: CiSubjectsTopology[];
  /** Repositories that it may pull from but not push to. */
  pull: string[];
  /** Repositories that it may push to. */
  push: string[];
  /** Those of them that a push may make. */
  create: string[];
  /** Those of them that a pull may fetch from upstream. */
  fetch: string[];
  /** Whether it may sign. */
  sign: boolean;
  /** How long it lasts, seconds. */
  sessionSeconds: number;
}

/** Pipelines of a forge. */
export interface CiSubjectsTopology {
  /** Which forge it is. */
  forge: Forge;
  /** What tokens have to say of them, one of these; `*` stands for any characters. */
  subjects: string[];
}
