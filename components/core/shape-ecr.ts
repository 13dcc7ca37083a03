import type { CiRoleShape, EcrIdentityProvidersShape } from "./shape-ecr-ci";
import type { RetentionShape } from "./shape-garbage-collection";

/**
 * What decides existence and names in a registry of Amazon ECR. All of it is plain data: nothing here may be a Pulumi output. What means the same on other
 * substrates has the same name.
 *
 * `scanning`, `replication` and what follows from `replicationSources` and `importers` exist once per account and region: leave them to one `EcrRegistry` of each
 * account and region. Repositories, templates, caches and CI roles may be shared out to several.
 */
export interface EcrRegistryShape {
  /** Region, as `eu-central-1`. Changing it replaces everything. */
  region: string;
  /** Guards repositories and the key against deletion by Pulumi (`protect`); ECR keeps repositories that are not empty. @default true */
  dataProtection?: boolean;
  /** Tags for everything that can have them. @default - none but `ha-registry` and `ha-registry:part` */
  tags?: Record<string, string>;
  /** The key that images are encrypted with. */
  encryption?: EcrEncryptionShape;
  /** Repositories by name, as in image references behind the `/`: `team/app`. @default - none: those that templates and caches make */
  repositories?: Record<string, EcrRepositoryShape>;
  /**
   * What repositories get that ECR itself makes, by the first parts of their names: `team` is for `team/app`. `ROOT` is for all that no other template is for.
   * Each pull-through cache has one, too, unless it is given here.
   * @default - none
   */
  creationTemplates?: Record<string, EcrCreationTemplateShape>;
  /** Which images go by themselves. @default - none: every image stays */
  garbageCollection?: EcrGarbageCollectionShape;
  /** How the whole registry looks for vulnerabilities. Once per account and region. @default - as it is; each repository says whether it scans on push */
  scanning?: EcrScanningShape;
  /** Where images are copied to, by name of the rule. Once per account and region. @default - nowhere */
  replication?: Record<string, EcrReplicationShape>;
  /** Accounts that may copy images to here, by a name of yours. Once per account and region. @default - none */
  replicationSources?: Record<string, EcrReplicationSourceShape>;
  /** Upstream registries whose images are fetched when they are asked for, by the first parts of the repositories' names. @default - none */
  pullThroughCaches?: Record<string, EcrPullThroughCacheShape>;
  /** A network of yours that reaches ECR by endpoints of its own instead of the Internet. @default - none */
  network?: EcrNetworkShape;
  /** Who tells AWS that a pipeline is what it says. */
  identityProviders?: EcrIdentityProvidersShape;
  /** Roles that pipelines take by OIDC, without a key of their own, by name. @default - none */
  ciRoles?: Record<string, CiRoleShape>;
  /** A profile of AWS Signer, by which pipelines sign images with notation. @default - none */
  signing?: EcrSigningShape;
}

/** The key that images are encrypted with. */
export interface EcrEncryptionShape {
  /** ARN of a KMS key of yours in the same region. Changing it replaces repositories. @default - a key of the registry's, which is rotated */
  existingKeyArn?: string;
}

/** One repository. */
export interface EcrRepositoryShape {
  /** Whether a tag always stands for the same image. @default true */
  immutableTags?: boolean;
  /** Tags that may move all the same, five at the most; `*` stands for any characters, as in `dev-*`. @default - none */
  mutableTags?: string[];
  /** Whether images are scanned when they are pushed. What `scanning` says goes first. @default true */
  scanOnPush?: boolean;
  /** Who may come in, beside those in the same account whose own policies let them. @default - nobody */
  access?: EcrAccessShape;
}

/** Who may come in: 12 digits for an account, which then lets its own people in, or the ARN of a role or user. */
export interface EcrAccessShape {
  /** Who may pull. @default - nobody */
  pull?: string[];
  /** Who may push and pull. @default - nobody */
  push?: string[];
}

/** On what occasions ECR itself makes a repository. */
export enum EcrCreation {
  /** A push to a name that there is not yet. */
  Push = "CREATE_ON_PUSH",
  /** A pull of an image that a pull-through cache has not yet. */
  PullThroughCache = "PULL_THROUGH_CACHE",
  /** A copy from another region or account. */
  Replication = "REPLICATION",
}

/** What repositories get that ECR itself makes. What is changed later holds for new ones alone. */
export interface EcrCreationTemplateShape {
  /** On what occasions. @default - all of them */
  appliesTo?: EcrCreation[];
  /** Whether a tag always stands for the same image. @default - true, but false for a pull-through cache, whose upstream moves its tags */
  immutableTags?: boolean;
  /** Tags that may move all the same, five at the most; `*` stands for any characters. @default - none */
  mutableTags?: string[];
  /** Who may come in, beside those in the same account whose own policies let them. @default - nobody */
  access?: EcrAccessShape;
}

/**
 * Which images go by themselves, within a day. ECR counts and expires images, not tags: one with several tags goes with all of them, or stays. Images that `keepTags`
 * keeps count among the last of `keepLast`. It never takes an image from an index that stays. Tags that stand for signatures and attestations (`sha256-…`) stay.
 */
export interface EcrGarbageCollectionShape {
  /** Whether images go that have no tag, and that no index names. @default false */
  deleteUntagged?: boolean;
  /** How long images without a tag stay after they were pushed, days. @default 1 */
  untaggedDays?: number;
  /**
   * Which tags go first, by name of the rule: of the rules whose `repositories` fit, the first one in the order of names decides. ECR can go by `keepLast` or by
   * `keepDays`, not by both in one rule.
   * @default - none: every tag stays
   */
  retention?: Record<string, RetentionShape>;
}

/** What looks for vulnerabilities. */
export enum EcrScanType {
  /** ECR itself: packages of the operating system. */
  Basic = "BASIC",
  /** Amazon Inspector: packages of programming languages, too, and again whenever something new is known. It is paid for by the image. */
  Enhanced = "ENHANCED",
}

/** How the whole registry looks for vulnerabilities. */
export interface EcrScanningShape {
  /** What looks. @default EcrScanType.Basic */
  type?: EcrScanType;
  /** Repositories whose images are scanned when they are pushed; `*` stands for any characters. @default - all, or none where there is `continuous` */
  onPush?: string[];
  /** Repositories whose images are scanned again when something new is known; for `EcrScanType.Enhanced` alone. @default - none */
  continuous?: string[];
}

/** Where some images are copied to. */
export interface EcrReplicationShape {
  /** Regions. */
  regions: string[];
  /** Account, 12 digits; it has to name this one among its `replicationSources`. @default - the same account */
  accountId?: string;
  /** First characters of the names of repositories that are copied: `prod` is for `production/app`, too. @default - all repositories */
  prefixes?: string[];
}

/** An account that may copy images to here. */
export interface EcrReplicationSourceShape {
  /** Account, 12 digits. */
  accountId: string;
  /** First characters of the names of repositories that it may write to. */
  prefixes: string[];
}

/** Registries that ECR can fetch from. */
export enum EcrUpstream {
  /** Amazon ECR Public, public.ecr.aws. */
  EcrPublic = "ecr-public",
  /** Kubernetes, registry.k8s.io. */
  Kubernetes = "k8s",
  /** Quay, quay.io. */
  Quay = "quay",
  /** Docker Hub, registry-1.docker.io. Official images are below `library/`. It needs a login. */
  DockerHub = "docker-hub",
  /** GitHub, ghcr.io. It needs a login. */
  Github = "github",
  /** GitLab, registry.gitlab.com. It needs a login. */
  Gitlab = "gitlab",
  /** Chainguard, cgr.dev. It needs a login. */
  Chainguard = "chainguard",
  /** A registry of Azure: `upstreamUrl` has its name. It needs a login. */
  Azure = "azure",
  /** ECR in another region or account: `upstreamUrl` has its name. */
  Ecr = "ecr",
}

/**
 * An upstream registry whose images are fetched when they are asked for. The first pull of an image comes from the upstream by way of the client's own network, so that
 * private networks need NAT for it; later ones do not.
 */
export interface EcrPullThroughCacheShape {
  /** The registry. */
  upstream: EcrUpstream;
  /** Its host name, for Azure and ECR, as `team.azurecr.io` or `123456789012.dkr.ecr.eu-west-1.amazonaws.com`. @default - that of the registry */
  upstreamUrl?: string;
  /** For ECR: first parts of the names there. @default - all repositories */
  upstreamPrefix?: string;
  /** For ECR: whether it is another account's, which takes a role to fetch with. That account has to let `fetchRoleArns` pull. @default false */
  fromOtherAccount?: boolean;
  /** User there. The password or access token is in `secrets.upstreamTokens`. @default - none */
  username?: string;
  /** ARN of a secret of yours in Secrets Manager, named `ecr-pullthroughcache/…`, with `username` and `accessToken`. @default - one is made of `username` */
  existingCredentialsArn?: string;
  /** Accounts, roles and users who may fetch what is not there yet, beside those whose own policies let them. Once per account and region. @default - nobody */
  importers?: string[];
}

/** A network of yours that reaches ECR by endpoints of its own. */
export interface EcrNetworkShape {
  /** ID of the VPC. */
  vpcId: string;
  /** Its addresses, which may reach the endpoints. */
  cidrs: string[];
  /** Private subnets with an endpoint each, one per zone. */
  privateSubnetIds: string[];
  /** Route tables that get a way to S3, where layers are, without NAT. @default - none: the network has one already */
  routeTableIds?: string[];
  /**
   * Buckets that this way leads to beside that of ECR's layers, as everything takes it that those subnets send to S3; `*` for all.
   * @default - none
   */
  buckets?: string[];
}

/** A profile of AWS Signer for images. */
export interface EcrSigningShape {
  /** How long signatures are valid, months. @default 135, which is Signer's own */
  validityMonths?: number;
}
