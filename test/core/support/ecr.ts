import {
  EcrUpstream,
  renderCiPolicy,
  renderEndpointPolicy,
  renderFetchPolicy,
  renderLayersPolicy,
  renderRegistryPolicy,
  renderRepositoryPolicy,
  renderTemplatePolicy,
  resolveEcrTopology,
} from "ha-registry-core";
import type { EcrRegistryShape, EcrTopology, PolicyStatement } from "ha-registry-core";
import { problemPaths } from "./problems";

/** Region of the registry under test. */
export const region = "eu-central-1";
/** Account of it. */
export const account = "123456789012";
/** A key in it. */
export const keyArn = `arn:aws:kms:${region}:${account}:key/0a1b`;

/** A registry with one repository, unless told otherwise. */
export const resolved = (shape: Partial<EcrRegistryShape> = {}): EcrTopology =>
  resolveEcrTopology("team", { region, repositories: { app: {} }, ...shape });
/** Paths of the problems of such a registry. */
export const pathsOf = (shape: Partial<EcrRegistryShape>): string[] => problemPaths(() => resolved(shape));
/** Statements of a policy; none of none. */
export const statementsOf = (policy: string | undefined): PolicyStatement[] =>
  policy === undefined ? [] : (JSON.parse(policy) as { Statement: PolicyStatement[] }).Statement;

/** A registry with everything that has a policy. */
export const everything: Partial<EcrRegistryShape> = {
  repositories: { app: { access: { pull: ["210987654321"], push: [`arn:aws:iam::${account}:role/build`] } }, "team/web": {} },
  creationTemplates: { ROOT: {}, made: {} },
  encryption: { existingKeyArn: keyArn },
  tags: { team: "platform" },
  garbageCollection: { deleteUntagged: true, untaggedDays: 3, retention: { all: { keepLast: 5, keepTags: ["v*"] } } },
  scanning: { onPush: ["*"] },
  replication: { abroad: { regions: ["us-east-1"], prefixes: ["prod"] } },
  replicationSources: { staging: { accountId: "210987654321", prefixes: ["prod/"] } },
  pullThroughCaches: {
    hub: { upstream: EcrUpstream.DockerHub, username: "acme", importers: [account] },
    "other/ecr": { upstream: EcrUpstream.Ecr, upstreamUrl: "210987654321.dkr.ecr.us-east-1.amazonaws.com", fromOtherAccount: true },
  },
  network: {
    vpcId: "vpc-0a1b2c3d",
    cidrs: ["10.0.0.0/16"],
    privateSubnetIds: ["subnet-0a1b2c3d"],
    routeTableIds: ["rtb-0a1b2c3d"],
    buckets: ["*"],
  },
  ciRoles: {
    build: { github: { repository: "acme/app", branches: ["main"] }, push: ["app", "made/*"], pull: ["team/web", "hub/*"], sign: true },
    review: { gitlab: { project: "acme/app", branches: ["*"] }, pull: ["app"] },
  },
  signing: {},
};

/** Every policy of a registry, by what it is of. */
export function policiesOf(registry: EcrTopology): Record<string, string | undefined> {
  const { network } = registry;
  return {
    ...Object.fromEntries(registry.repositories.map(({ name, access }) => [`repository ${name}`, renderRepositoryPolicy(access)])),
    ...Object.fromEntries(registry.creationTemplates.map(({ prefix, access }) => [`template ${prefix}`, renderRepositoryPolicy(access)])),
    registry: renderRegistryPolicy(registry, account),
    templates: renderTemplatePolicy(registry, account, keyArn),
    ...Object.fromEntries(
      registry.pullThroughCaches
        .filter(({ otherAccount }) => otherAccount !== undefined)
        .map((cache) => [`upstream of ${cache.prefix}`, renderFetchPolicy(registry, cache, account)]),
    ),
    ...(network === undefined ? {} : { endpoint: renderEndpointPolicy(registry, account), layers: renderLayersPolicy(registry, network) }),
    ...Object.fromEntries(
      registry.ciRoles.map((role) => [`role ${role.name}`, renderCiPolicy(registry, role, account, role.sign ? "arn:p" : undefined)]),
    ),
  };
}
