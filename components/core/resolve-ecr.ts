import { checkRegion, checkTags } from "./resolve-aws-checks";
import { partitionOf } from "./aws-regions";
import { checkNumber, isText } from "./checks";
import { Problems } from "./errors";
import { resolveIdentity } from "./resolve-common";
import { checkArn, ecrLimits, isRepositoryName, resolvePrincipals, rootPrefix, sortedEntries } from "./resolve-ecr-checks";
import { resolveCiRoles } from "./resolve-ecr-ci";
import { resolveEcrLifecycles } from "./resolve-ecr-lifecycle";
import { resolveCaches, resolveEcrNetwork, resolveReplication, resolveReplicationSources } from "./resolve-ecr-rules";
import { EcrCreation, EcrScanType } from "./shape-ecr";
import type { EcrAccessShape, EcrCreationTemplateShape, EcrRegistryShape, EcrRepositoryShape, EcrScanningShape } from "./shape-ecr";
import type { EcrAccessTopology, EcrRepositorySettings, EcrScanningTopology, EcrTopology } from "./topology-ecr";

/**
 * Fills in defaults and checks everything that is plain, for ECR.
 *
 * @param name Name of the registry: lower-case letters, digits and hyphens, 40 at the most, since names of resources are made of it.
 * @param shape What the user asks for.
 * @throws {RegistryError} with every problem found, before anything is created.
 */
export function resolveEcrTopology(name: string, shape: EcrRegistryShape): EcrTopology {
  const problems = new Problems();
  const topology = resolve(name, shape, problems);
  problems.throwIfAny(name === "" ? "registry" : name);
  return topology;
}

function resolve(name: string, shape: EcrRegistryShape, problems: Problems): EcrTopology {
  resolveIdentity(name, "AWS", {}, problems);
  checkRegion(shape.region, problems);
  const partition = partitionOf(shape.region ?? "");
  const existingKeyArn = shape.encryption?.existingKeyArn;
  const keyArn = new RegExp(`^arn:${partition}:kms:${shape.region}:\\d{12}:key/[A-Za-z0-9-]+$`);
  checkArn("encryption.existingKeyArn", existingKeyArn, keyArn, `the ARN of a KMS key in ${shape.region}`, problems);
  problems.require(
    [shape.repositories, shape.creationTemplates, shape.pullThroughCaches].some((given) => Object.keys(given ?? {}).length > 0),
    "repositories",
    "is missing, and so are creationTemplates and pullThroughCaches: name at least one repository, template or cache",
  );
  problems.require(
    existingKeyArn === undefined || Object.keys(shape.repositories ?? {}).length > 0,
    "encryption.existingKeyArn",
    "needs at least one of repositories, which tells what the registry's account is; the key may be of another one: name a repository",
  );
  const templates = withTemplatesOfCaches(shape);
  const lifecycles = resolveEcrLifecycles(
    { repositories: sortedEntries(shape.repositories).map(([each]) => each), prefixes: templates.map(([prefix]) => prefix) },
    shape.garbageCollection,
    problems,
  );
  const topology: Omit<EcrTopology, "ciRoles" | "identityProviders"> = {
    name,
    region: shape.region,
    partition,
    dnsSuffix: partition === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com",
    dataProtection: shape.dataProtection ?? true,
    tags: checkTags(shape.tags ?? {}, problems),
    ...(existingKeyArn === undefined ? {} : { existingKeyArn }),
    repositories: sortedEntries(shape.repositories).map(([repository, each]) => {
      const path = `repositories.${repository}`;
      problems.require(isRepositoryName(repository), path, notAName(repository));
      return {
        name: repository,
        ...resolveSettings(path, partition, { immutableTags: true, ...each }, problems),
        scanOnPush: each.scanOnPush ?? true,
        ...lifecycles.ofRepository(repository),
      };
    }),
    creationTemplates: templates.map(([prefix, each]) => {
      const path = `creationTemplates.${prefix}`;
      problems.require(prefix === rootPrefix || isRepositoryName(prefix), path, notAName(prefix));
      return {
        prefix,
        appliesTo: resolveOccasions(path, each, problems),
        ...resolveSettings(path, partition, each, problems),
        ...lifecycles.ofTemplate(prefix),
      };
    }),
    ...(shape.scanning === undefined ? {} : { scanning: resolveScanning(shape.scanning, problems) }),
    replication: resolveReplication(shape, problems),
    replicationSources: resolveReplicationSources(shape, partition, problems),
    pullThroughCaches: resolveCaches(shape, partition, problems),
    ...(shape.network === undefined ? {} : { network: resolveEcrNetwork(shape.network, problems) }),
    ...(shape.signing === undefined ? {} : { signatureMonths: shape.signing.validityMonths ?? 135 }),
  };
  checkNumber(problems, "signing.validityMonths", topology.signatureMonths, { from: 1, to: 135, whole: true });
  return { ...topology, ...resolveCiRoles(topology, shape, problems) };
}

function notAName(name: string): string {
  return `"${name}" is not a name for repositories: 2 to 256 lower-case letters and digits, with single . _ - and / between them`;
}

/** The user's templates, and one for each cache that has none: what a cache makes is to be encrypted with the same key. */
function withTemplatesOfCaches({ creationTemplates = {}, pullThroughCaches = {} }: EcrRegistryShape): [string, EcrCreationTemplateShape][] {
  const made: EcrCreationTemplateShape = { appliesTo: [EcrCreation.PullThroughCache] };
  const all = { ...Object.fromEntries(Object.keys(pullThroughCaches).map((prefix) => [prefix, made])), ...creationTemplates };
  return sortedEntries(all).map(([prefix, template]) => {
    const isOfCache = Object.hasOwn(pullThroughCaches, prefix);
    return [prefix, { ...(isOfCache ? made : {}), immutableTags: !isOfCache, ...template }];
  });
}

function resolveSettings(
  path: string,
  partition: string,
  shape: Pick<EcrRepositoryShape, "immutableTags" | "mutableTags" | "access">,
  problems: Problems,
): Omit<EcrRepositorySettings, "lifecycle"> {
  const { immutableTags = true, mutableTags = [] } = shape;
  const at = `${path}.mutableTags`;
  for (const [index, tag] of mutableTags.entries())
    problems.require(
      isText(tag, /^[A-Za-z0-9._*-]{1,128}$/) && tag !== "*" && tag.split("*").length - 1 <= ecrLimits.wildcardsInMutableTag,
      `${at}[${index}]`,
      `"${tag}" is not a tag in which * stands for any characters, twice at the most${tag === "*" ? ": say immutableTags: false" : ""}`,
    );
  problems.require(mutableTags.length <= ecrLimits.mutableTags, at, `${mutableTags.length} patterns: ECR takes ${ecrLimits.mutableTags}`);
  problems.require(
    immutableTags || mutableTags.length === 0,
    at,
    "has no effect with immutableTags: false, with which every tag may move: leave one of them out",
  );
  return {
    immutableTags,
    mutableTags: [...mutableTags].sort(),
    access: resolveAccess(`${path}.access`, partition, shape.access, problems),
  };
}

function resolveAccess(path: string, partition: string, shape: EcrAccessShape = {}, problems: Problems): EcrAccessTopology {
  const push = resolvePrincipals(`${path}.push`, partition, shape.push ?? [], problems);
  const pull = resolvePrincipals(`${path}.pull`, partition, shape.pull ?? [], problems);
  return { push, pull: pull.filter((principal) => !push.includes(principal)) };
}

function resolveOccasions(path: string, { appliesTo }: EcrCreationTemplateShape, problems: Problems): EcrCreation[] {
  const known = Object.values(EcrCreation);
  const given = appliesTo ?? known;
  for (const [index, occasion] of given.entries())
    problems.require(known.includes(occasion), `${path}.appliesTo[${index}]`, `"${occasion}" is not one of ${known.join(", ")}`);
  problems.require(
    given.length > 0,
    `${path}.appliesTo`,
    "names no occasion, so that nothing is ever made by it: name one, or leave it out",
  );
  return known.filter((occasion) => given.includes(occasion));
}

function resolveScanning(shape: EcrScanningShape, problems: Problems): EcrScanningTopology {
  const { type = EcrScanType.Basic, continuous = [] } = shape;
  const onPush = shape.onPush ?? (continuous.length === 0 ? ["*"] : []);
  const types = Object.values(EcrScanType);
  problems.require(types.includes(type), "scanning.type", `"${type}" is not one of ${types.join(", ")}`);
  problems.require(
    type === EcrScanType.Enhanced || continuous.length === 0,
    "scanning.continuous",
    'is for scanning.type "ENHANCED" alone: set it, or leave continuous out',
  );
  for (const [field, filters] of Object.entries({ onPush, continuous })) {
    for (const [index, filter] of filters.entries())
      problems.require(
        isText(filter, /^[a-z0-9._/*-]{1,256}$/),
        `scanning.${field}[${index}]`,
        `"${filter}" is not a repository's name in which * stands for any characters`,
      );
    problems.require(
      filters.length <= ecrLimits.filters,
      `scanning.${field}`,
      `${filters.length} patterns: ECR takes ${ecrLimits.filters}`,
    );
  }
  return { type, onPush: [...onPush], continuous: [...continuous] };
}
