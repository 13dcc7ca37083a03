import { checkRegion } from "./resolve-aws-checks";
import { isAddressRange } from "./addresses";
import { checkText, isBucketName, isText } from "./checks";
import type { Problems } from "./errors";
import { checkAccount, checkArn, checkPrefixes, ecrLimits, isRepositoryName, resolvePrincipals, sortedEntries } from "./resolve-ecr-checks";
import { EcrCreation, EcrUpstream } from "./shape-ecr";
import type { EcrNetworkShape, EcrPullThroughCacheShape, EcrRegistryShape, EcrReplicationShape } from "./shape-ecr";
import type { EcrCacheTopology, EcrNetworkTopology, EcrReplicationSourceTopology, EcrReplicationTopology } from "./topology-ecr";

/** Fills in and checks where images are copied to. */
export function resolveReplication(shape: EcrRegistryShape, problems: Problems): EcrReplicationTopology[] {
  const rules = sortedEntries(shape.replication).map(([name, rule]) => resolveReplicationRule(name, shape.region, rule, problems));
  const most = { rules: ecrLimits.replicationRules, destinations: ecrLimits.replicationDestinations };
  const destinations = new Set(rules.flatMap((rule) => rule.destinations.map(destinationKey)));
  problems.require(rules.length <= most.rules, "replication", `${rules.length} rules: ECR takes ${most.rules}`);
  problems.require(
    destinations.size <= most.destinations,
    "replication",
    `${destinations.size} destinations in all rules together: ECR takes ${most.destinations}`,
  );
  checkOverlaps(rules, problems);
  return rules;
}

function destinationKey({ region, accountId }: { region: string; accountId?: string }): string {
  return accountId === undefined ? region : `${region} of ${accountId}`;
}

function resolveReplicationRule(name: string, home: string, shape: EcrReplicationShape, problems: Problems): EcrReplicationTopology {
  const path = `replication.${name}`;
  const { accountId } = shape;
  const regions = shape.regions ?? [];
  const prefixes = shape.prefixes ?? [];
  problems.require(regions.length > 0, `${path}.regions`, "is empty: name a region that images are copied to");
  if (accountId !== undefined) checkAccount(`${path}.accountId`, accountId, problems);
  for (const [index, region] of regions.entries()) {
    const at = `${path}.regions[${index}]`;
    checkRegion(region, problems, at);
    problems.require(
      region !== home || accountId !== undefined,
      at,
      `${region} is the region of this registry: name another region, or another account with accountId`,
    );
    problems.require(regions.indexOf(region) === index, at, `${region} is named already: leave it out`);
  }
  problems.require(
    shape.prefixes === undefined || prefixes.length > 0,
    `${path}.prefixes`,
    "is empty, so that nothing is copied: leave it out to copy all repositories",
  );
  problems.require(prefixes.length <= ecrLimits.filters, `${path}.prefixes`, `${prefixes.length} prefixes: ECR takes ${ecrLimits.filters}`);
  checkPrefixes(`${path}.prefixes`, prefixes, problems);
  const account = accountId === undefined ? {} : { accountId };
  return { name, destinations: regions.map((region) => ({ region, ...account })), prefixes: [...prefixes] };
}

/** A second rule that copies to the same place what the first one copies there already says nothing. */
function checkOverlaps(rules: readonly EcrReplicationTopology[], problems: Problems): void {
  const within = (inner: string[], outer: string[]): boolean =>
    outer.length === 0 || (inner.length > 0 && inner.every((prefix) => outer.some((other) => prefix.startsWith(other))));
  for (const [index, rule] of rules.entries())
    for (const other of rules.slice(0, index))
      for (const [at, destination] of rule.destinations.entries()) {
        const same = other.destinations.some((each) => destinationKey(each) === destinationKey(destination));
        const idle = within(rule.prefixes, other.prefixes) || within(other.prefixes, rule.prefixes);
        problems.require(
          !same || !idle,
          `replication.${rule.name}.regions[${at}]`,
          `replication.${other.name} copies some of the same repositories to ${destinationKey(destination)}: name them in one of the two`,
        );
      }
}

/** Fills in and checks which accounts may copy images to here. */
export function resolveReplicationSources(shape: EcrRegistryShape, partition: string, problems: Problems): EcrReplicationSourceTopology[] {
  return sortedEntries(shape.replicationSources).map(([name, source]) => {
    const path = `replicationSources.${name}`;
    const { accountId } = source;
    const prefixes = source.prefixes ?? [];
    checkStatementName(path, name, problems);
    checkAccount(`${path}.accountId`, accountId, problems);
    problems.require(prefixes.length > 0, `${path}.prefixes`, "is empty: say which repositories the account may write to");
    checkPrefixes(`${path}.prefixes`, prefixes, problems);
    return { name, principal: `arn:${partition}:iam::${accountId}:root`, prefixes: [...prefixes] };
  });
}

/** Names of statements are made of it. */
function checkStatementName(path: string, name: string, problems: Problems): void {
  problems.require(isText(name, /^[A-Za-z0-9-]{1,64}$/), path, `"${name}" is not a name of 1 to 64 letters, digits and hyphens`);
}

/** Where upstreams are, and whether they want a login. */
const upstreams: Readonly<Record<EcrUpstream, { url?: string; login: boolean; named?: RegExp }>> = {
  [EcrUpstream.EcrPublic]: { url: "public.ecr.aws", login: false },
  [EcrUpstream.Kubernetes]: { url: "registry.k8s.io", login: false },
  [EcrUpstream.Quay]: { url: "quay.io", login: false },
  [EcrUpstream.DockerHub]: { url: "registry-1.docker.io", login: true },
  [EcrUpstream.Github]: { url: "ghcr.io", login: true },
  [EcrUpstream.Gitlab]: { url: "registry.gitlab.com", login: true },
  [EcrUpstream.Chainguard]: { url: "cgr.dev", login: true },
  [EcrUpstream.Azure]: { login: true, named: /^[a-zA-Z0-9]{5,50}\.azurecr\.(io|cn|us)$/ },
  [EcrUpstream.Ecr]: { login: false, named: /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?$/ },
};

/** Fills in and checks upstreams. */
export function resolveCaches(shape: EcrRegistryShape, partition: string, problems: Problems): EcrCacheTopology[] {
  return sortedEntries(shape.pullThroughCaches).map(([prefix, cache]) => {
    const path = `pullThroughCaches.${prefix}`;
    problems.require(
      isRepositoryName(prefix) && prefix.length <= ecrLimits.cachePrefix,
      path,
      `"${prefix}" is not how names can begin: 2 to ${ecrLimits.cachePrefix} lower-case letters and digits, with single . _ - and / between them`,
    );
    const occasions = shape.creationTemplates?.[prefix]?.appliesTo;
    problems.require(
      occasions === undefined || occasions.includes(EcrCreation.PullThroughCache),
      `creationTemplates.${prefix}.appliesTo`,
      `has no PULL_THROUGH_CACHE, and pullThroughCaches.${prefix} makes repositories: add it, or give the template another prefix`,
    );
    for (const repository of Object.keys(shape.repositories ?? {}))
      problems.require(
        !repository.startsWith(`${prefix}/`),
        `repositories.${repository}`,
        `is among those that pullThroughCaches.${prefix} makes: give it another name`,
      );
    return resolveCache(path, prefix, cache, partition, problems);
  });
}

function resolveCache(
  path: string,
  prefix: string,
  cache: EcrPullThroughCacheShape,
  partition: string,
  problems: Problems,
): EcrCacheTopology {
  const { upstream, username, existingCredentialsArn, upstreamPrefix } = cache;
  const names = Object.values(EcrUpstream);
  const known = problems.require(names.includes(upstream), `${path}.upstream`, `"${upstream}" is not one of ${names.join(", ")}`);
  const { url, login, named } = known ? upstreams[upstream] : { url: "", login: username !== undefined, named: undefined };
  if (url !== undefined)
    problems.require(cache.upstreamUrl === undefined, `${path}.upstreamUrl`, `is for azure and ecr; ${upstream} is ${url}: leave it out`);
  else if (named !== undefined)
    problems.require(
      isText(cache.upstreamUrl, named),
      `${path}.upstreamUrl`,
      `"${cache.upstreamUrl ?? ""}" is not the host name of such a registry, as ${upstream === EcrUpstream.Azure ? "team.azurecr.io" : "123456789012.dkr.ecr.eu-west-1.amazonaws.com"}`,
    );
  problems.require(
    !login || (username === undefined) !== (existingCredentialsArn === undefined),
    `${path}.username`,
    `${upstream} wants a login: give username with secrets.upstreamTokens.${prefix}, or existingCredentialsArn, one of the two`,
  );
  problems.require(
    login || (username === undefined && existingCredentialsArn === undefined),
    `${path}.username`,
    `ECR fetches from ${upstream} without a login: leave username and existingCredentialsArn out`,
  );
  checkText(problems, `${path}.username`, username, "line");
  const secretArn = new RegExp(`^arn:${partition}:secretsmanager:[a-z0-9-]+:\\d{12}:secret:ecr-pullthroughcache/[\\w/+=.@-]+$`);
  checkArn(
    `${path}.existingCredentialsArn`,
    existingCredentialsArn,
    secretArn,
    "the ARN of a secret named ecr-pullthroughcache/…",
    problems,
  );
  problems.require(
    upstreamPrefix === undefined || (upstream === EcrUpstream.Ecr && isRepositoryName(upstreamPrefix)),
    `${path}.upstreamPrefix`,
    `"${upstreamPrefix}" is not how names in an upstream of kind ecr begin: correct it, or leave it out`,
  );
  problems.require(
    cache.fromOtherAccount !== true || upstream === EcrUpstream.Ecr,
    `${path}.fromOtherAccount`,
    `is for ecr alone, and the upstream is ${upstream}: leave it out`,
  );
  const [, accountId = "", region = ""] = named?.exec(cache.upstreamUrl ?? "") ?? [];
  return {
    prefix,
    upstreamUrl: url ?? cache.upstreamUrl ?? "",
    ...(upstreamPrefix === undefined ? {} : { upstreamPrefix }),
    ...(cache.fromOtherAccount === true ? { otherAccount: { accountId, region } } : {}),
    ...(username === undefined ? {} : { username }),
    ...(existingCredentialsArn === undefined ? {} : { existingCredentialsArn }),
    importers: resolvePrincipals(`${path}.importers`, partition, cache.importers ?? [], problems),
  };
}

/** Fills in and checks a network with endpoints. */
export function resolveEcrNetwork(shape: EcrNetworkShape, problems: Problems): EcrNetworkTopology {
  const { vpcId, routeTableIds = [], buckets = [] } = shape;
  const cidrs = shape.cidrs ?? [];
  const privateSubnetIds = shape.privateSubnetIds ?? [];
  problems.require(isText(vpcId, /^vpc-[0-9a-f]{8,17}$/), "network.vpcId", `"${vpcId}" is not the ID of a VPC, as vpc-0123456789abcdef0`);
  checkEach(
    "network.cidrs",
    cidrs,
    (range) => isAddressRange(range) && !range.endsWith("/0"),
    "is not a network inside the VPC, as 10.64.0.0/16",
    problems,
  );
  checkEach(
    "network.privateSubnetIds",
    privateSubnetIds,
    (id) => isText(id, /^subnet-[0-9a-f]{8,17}$/),
    "is not the ID of a subnet",
    problems,
  );
  problems.require(cidrs.length > 0, "network.cidrs", "is empty: say which addresses may reach the endpoints");
  problems.require(privateSubnetIds.length > 0, "network.privateSubnetIds", "is empty: name a subnet for each zone");
  checkEach("network.routeTableIds", routeTableIds, (id) => isText(id, /^rtb-[0-9a-f]{8,17}$/), "is not the ID of a route table", problems);
  checkEach("network.buckets", buckets, (name) => name === "*" || isBucketName(name), "is neither the name of a bucket nor *", problems);
  problems.require(
    buckets.length === 0 || routeTableIds.length > 0,
    "network.buckets",
    "has no effect without network.routeTableIds: give them, or leave it out",
  );
  return { vpcId, cidrs: [...cidrs], privateSubnetIds: [...privateSubnetIds], routeTableIds: [...routeTableIds], buckets: [...buckets] };
}

function checkEach(path: string, given: readonly string[], fits: (text: string) => boolean, means: string, problems: Problems): void {
  for (const [index, text] of given.entries()) {
    problems.require(fits(text), `${path}[${index}]`, `"${text}" ${means}`);
    problems.require(given.indexOf(text) === index, `${path}[${index}]`, `"${text}" is named already: leave it out`);
  }
}
