import { rootPrefix } from "../resolve-ecr-checks";
import type { EcrAccessTopology, EcrCacheTopology, EcrNetworkTopology, EcrTopology } from "../topology-ecr";

/** Whom a statement is about, in the words of IAM; one of the three. */
export interface PolicyPrincipal {
  /** Accounts, roles and users. */
  AWS?: string[];
  /** A service of AWS. */
  Service?: string;
  /** An OpenID Connect provider, for those whose tokens are its own. */
  Federated?: string;
}

/** A statement of a policy, in the words of IAM. */
export interface PolicyStatement {
  /** Name, unique in its policy. */
  Sid: string;
  /** All of them allow. */
  Effect: "Allow";
  /** Who, in policies of resources; `*` is everybody. */
  Principal?: PolicyPrincipal | "*";
  /** What. */
  Action: string[];
  /** With what; absent where the policy belongs to it. */
  Resource?: string[];
  /** On what conditions. */
  Condition?: Record<string, Record<string, string[]>>;
}

/** What policies need to know of a registry. */
export type EcrGround = Pick<EcrTopology, "region" | "partition" | "dnsSuffix">;

/** What a pull takes. */
export const pullActions: readonly string[] = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];

/** What a push takes beside that. */
export const pushActions: readonly string[] = ["ecr:CompleteLayerUpload", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart"];

/** What the first pull of an image from a pull-through cache takes beside that. */
export const fetchActions: readonly string[] = ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"];

/** Why a statement has a `*` for who, what or with what. A statement that is not here has none but behind a prefix that the user gave. */
export const wildcardReasons: Readonly<Record<string, string>> = {
  LogIn: "ecr:GetAuthorizationToken has no resource: IAM takes it with * alone. A token opens nothing that its owner's policies do not.",
  MakeRepositories: "The template ROOT is for every name that no other template is for, so that its role makes repositories of any name.",
  PullAnyFromUpstream:
    "The user named no first parts of names of the upstream, so that all its repositories are cached; that account decides, too.",
  PullThroughEndpoint:
    "A policy of an endpoint only narrows what the policies of its users and of repositories allow. Nodes pull images of AWS and of other accounts, too.",
  PushThroughEndpoint:
    "Whoever may push by policies of their own; the endpoint narrows it to repositories of this account, so that nothing is carried elsewhere.",
  LayersThroughEndpoint:
    "Layers are fetched by URLs that ECR has signed, as nobody that could be named; it is the objects of that one bucket.",
  BucketsThroughEndpoint:
    "Whoever may read and write by policies of their own; the endpoint narrows it to the buckets that the user named.",
};

/** A policy as JSON. Equal statements have equal bytes. */
export function renderPolicy(statements: readonly PolicyStatement[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

/** ARN of repositories, by a name or a pattern. */
export function repositoryArn({ partition, region }: EcrGround, accountId: string, name: string): string {
  return `arn:${partition}:ecr:${region}:${accountId}:repository/${name}`;
}

/** How a role is taken by a service of AWS. */
export function renderServiceTrust(service: string): string {
  return renderPolicy([{ Sid: "TakeRole", Effect: "Allow", Principal: { Service: service }, Action: ["sts:AssumeRole"] }]);
}

/** Policy of a repository: who may come in from elsewhere. Undefined where nobody is named: then only policies in the account let in. */
export function renderRepositoryPolicy({ pull, push }: EcrAccessTopology): string | undefined {
  if (pull.length === 0 && push.length === 0) return undefined;
  const allow = (Sid: string, principals: string[], actions: readonly string[]): PolicyStatement[] =>
    principals.length === 0 ? [] : [{ Sid, Effect: "Allow", Principal: { AWS: principals }, Action: [...actions].sort() }];
  return renderPolicy([...allow("Pull", pull, pullActions), ...allow("Push", push, [...pullActions, ...pushActions])]);
}

/** Policy of the registry: who may copy images to here, and who may have images fetched from upstreams. Undefined where nobody is named. */
export function renderRegistryPolicy(registry: EcrTopology, accountId: string): string | undefined {
  const arn = (name: string): string => repositoryArn(registry, accountId, name);
  const statement = (Sid: string, principals: string[], Action: string[], Resource: string[]): PolicyStatement => ({
    Sid,
    Effect: "Allow",
    Principal: { AWS: principals },
    Action,
    Resource,
  });
  const statements = [
    ...registry.replicationSources.map(({ name, principal, prefixes }) =>
      statement(
        `Replicate-${name}`,
        [principal],
        ["ecr:CreateRepository", "ecr:ReplicateImage"],
        prefixes.map((prefix) => arn(`${prefix}*`)),
      ),
    ),
    ...registry.pullThroughCaches
      .filter(({ importers }) => importers.length > 0)
      .map(({ prefix, importers }) =>
        statement(`Fetch-${prefix.replace(/[^a-z0-9-]/g, "-")}`, importers, [...fetchActions], [arn(`${prefix}/*`)]),
      ),
  ];
  return statements.length === 0 ? undefined : renderPolicy(statements);
}

/** What the role may by which ECR makes repositories from templates: make them, tag them, and use the key for them. */
export function renderTemplatePolicy(registry: EcrTopology, accountId: string, keyArn: string): string {
  const prefixes = registry.creationTemplates.map(({ prefix }) => prefix);
  const arns = (names: string[]): string[] => names.map((name) => repositoryArn(registry, accountId, name));
  const make = (Sid: string, Resource: string[]): PolicyStatement => ({
    Sid,
    Effect: "Allow",
    Action: ["ecr:CreateRepository", "ecr:ReplicateImage", "ecr:TagResource"],
    Resource,
  });
  return renderPolicy([
    prefixes.includes(rootPrefix)
      ? make("MakeRepositories", arns(["*"]))
      : make("MakeRepositoriesOfPrefixes", arns(prefixes.map((prefix) => `${prefix}/*`))),
    { Sid: "UseKey", Effect: "Allow", Action: ["kms:CreateGrant", "kms:DescribeKey", "kms:RetireGrant"], Resource: [keyArn] },
  ]);
}

/** What the role may by which ECR fetches images from ECR in another account: pull there, and write here. */
export function renderFetchPolicy(
  registry: EcrTopology,
  { prefix, upstreamPrefix, otherAccount }: EcrCacheTopology,
  accountId: string,
): string {
  if (otherAccount === undefined) throw new Error(`the upstream of ${prefix} is not in another account`);
  const there = { ...registry, region: otherAccount.region };
  const source = repositoryArn(there, otherAccount.accountId, upstreamPrefix === undefined ? "*" : `${upstreamPrefix}/*`);
  return renderPolicy([
    logIn,
    {
      Sid: upstreamPrefix === undefined ? "PullAnyFromUpstream" : "PullFromUpstream",
      Effect: "Allow",
      Action: [...pullActions, "ecr:BatchImportUpstreamImage", "ecr:GetImageCopyStatus"].sort(),
      Resource: [source],
    },
    {
      Sid: "WriteHere",
      Effect: "Allow",
      Action: [...pullActions, ...pushActions, "ecr:BatchImportUpstreamImage", "ecr:GetImageCopyStatus"].sort(),
      Resource: [repositoryArn(registry, accountId, `${prefix}/*`)],
    },
  ]);
}

/** Login: a token for docker. */
export const logIn: PolicyStatement = { Sid: "LogIn", Effect: "Allow", Action: ["ecr:GetAuthorizationToken"], Resource: ["*"] };

/** What passes the endpoints of ECR: pulls from everywhere, pushes to this account alone. */
export function renderEndpointPolicy(registry: EcrGround, accountId: string): string {
  return renderPolicy([
    { ...logIn, Principal: "*" },
    {
      Sid: "PullThroughEndpoint",
      Effect: "Allow",
      Principal: "*",
      Action: [
        ...pullActions,
        ...fetchActions,
        "ecr:DescribeImageScanFindings",
        "ecr:DescribeImages",
        "ecr:DescribeRepositories",
        "ecr:ListImages",
      ].sort(),
      Resource: ["*"],
    },
    {
      Sid: "PushThroughEndpoint",
      Effect: "Allow",
      Principal: "*",
      Action: [...pushActions],
      Resource: [repositoryArn(registry, accountId, "*")],
    },
  ]);
}

/** What passes the endpoint of S3: layers from ECR's own bucket, and what the user named. */
export function renderLayersPolicy({ region, partition }: EcrGround, { buckets }: EcrNetworkTopology): string {
  const all = (bucket: string): string[] =>
    bucket === "*" ? ["*"] : [`arn:${partition}:s3:::${bucket}`, `arn:${partition}:s3:::${bucket}/*`];
  return renderPolicy([
    {
      Sid: "LayersThroughEndpoint",
      Effect: "Allow",
      Principal: "*",
      Action: ["s3:GetObject"],
      Resource: [`arn:${partition}:s3:::prod-${region}-starport-layer-bucket/*`],
    },
    ...(buckets.length === 0
      ? []
      : [
          {
            Sid: "BucketsThroughEndpoint",
            Effect: "Allow" as const,
            Principal: "*" as const,
            Action: ["s3:*"],
            Resource: buckets.flatMap(all),
          },
        ]),
  ]);
}
