import { checkNumber, isText } from "./checks";
import type { Problems } from "./errors";
import { renderCiPolicy } from "./render/ecr-ci-policies";
import { checkArn, ecrLimits, rootPrefix, sortedEntries } from "./resolve-ecr-checks";
import { EcrCreation } from "./shape-ecr";
import type { EcrRegistryShape } from "./shape-ecr";
import type { CiRoleShape, EcrIdentityProviderShape, GithubPipelineShape, GitlabPipelineShape } from "./shape-ecr-ci";
import { Forge } from "./topology-ecr";
import type { CiRoleTopology, EcrIdentityProviderTopology, EcrTopology } from "./topology-ecr";

/** What there is for roles. */
type Registry = Omit<EcrTopology, "ciRoles" | "identityProviders">;

const forgeUrls: Readonly<Record<Forge, string>> = {
  [Forge.Github]: "https://token.actions.githubusercontent.com",
  [Forge.Gitlab]: "https://gitlab.com",
};

/** Fills in and checks roles of pipelines, and who tells AWS of them. */
export function resolveCiRoles(
  registry: Registry,
  shape: EcrRegistryShape,
  problems: Problems,
): Pick<EcrTopology, "ciRoles" | "identityProviders"> {
  const ciRoles = sortedEntries(shape.ciRoles).map(([name, role]) => resolveCiRole(name, role, registry, problems));
  const needed = new Set(ciRoles.flatMap(({ subjects }) => subjects.map(({ forge }) => forge)));
  const identityProviders = Object.values(Forge).flatMap((forge) => {
    const given = shape.identityProviders?.[forge];
    problems.require(
      given === undefined || needed.has(forge),
      `identityProviders.${forge}`,
      `has no effect, since no role of ciRoles is for ${forge}: leave it out`,
    );
    return needed.has(forge) ? [resolveIdentityProvider(forge, registry.partition, given ?? {}, problems)] : [];
  });
  return { ciRoles, identityProviders };
}

function resolveIdentityProvider(
  forge: Forge,
  partition: string,
  shape: EcrIdentityProviderShape,
  problems: Problems,
): EcrIdentityProviderTopology {
  const path = `identityProviders.${forge}`;
  const { url = forgeUrls[forge], audience = "sts.amazonaws.com", existingArn } = shape;
  problems.require(
    isText(url, /^https:\/\/[a-z0-9.-]+(\/[A-Za-z0-9._/-]*[A-Za-z0-9])?$/),
    `${path}.url`,
    `"${url}" is not an https URL without a port`,
  );
  problems.require(
    isText(audience, /^[\x21-\x29\x2b-\x3e\x40-\x7e]{1,255}$/),
    `${path}.audience`,
    `"${audience}" is not one word without * and ?`,
  );
  const host = isText(url, /./) ? url.replace(/^https:\/\//, "") : "";
  const arn = new RegExp(`^arn:${partition}:iam::\\d{12}:oidc-provider/${host.replace(/[.]/g, "\\.")}$`);
  checkArn(`${path}.existingArn`, existingArn, arn, `the ARN of an OpenID Connect provider for ${url}`, problems);
  return { forge, url, audience, ...(existingArn === undefined ? {} : { existingArn }) };
}

function resolveCiRole(name: string, shape: CiRoleShape, registry: Registry, problems: Problems): CiRoleTopology {
  const path = `ciRoles.${name}`;
  const { github, gitlab, push = [], sign = false, sessionHours = 1 } = shape;
  problems.require(
    isText(name, /^[a-z][a-z0-9-]{0,19}$/),
    path,
    `"${name}" is not a name: up to 20 lower-case letters, digits and hyphens`,
  );
  problems.require(github !== undefined || gitlab !== undefined, path, "names no pipeline that may take it: give github or gitlab");
  const pull = (shape.pull ?? []).filter((each) => !push.includes(each));
  problems.require(pull.length > 0 || push.length > 0, path, "may do nothing: name repositories in pull or push");
  checkNumber(problems, `${path}.sessionHours`, sessionHours, { from: 1, to: 12 });
  problems.require(
    !sign || registry.signatureMonths !== undefined,
    `${path}.sign`,
    "needs a profile to sign with: set signing (`signing: {}` has defaults for everything)",
  );
  const known = (field: "pull" | "push", names: readonly string[]): string[] =>
    names.filter((each, index) => isKnown(`${path}.${field}[${index}]`, each, field, registry, problems));
  const role: CiRoleTopology = {
    name,
    subjects: [
      ...(github === undefined
        ? []
        : [{ forge: Forge.Github, subjects: githubSubjects(`${path}.github`, github, push.length > 0, problems) }]),
      ...(gitlab === undefined ? [] : [{ forge: Forge.Gitlab, subjects: gitlabSubjects(`${path}.gitlab`, gitlab, problems) }]),
    ],
    ...withMaking({ pull: known("pull", shape.pull ?? []).filter((each) => pull.includes(each)), push: known("push", push) }, registry),
    sign,
    sessionSeconds: Math.round(sessionHours * 3600),
  };
  checkSize(path, role, registry, problems);
  return role;
}

/** What of a role's repositories may have to be made first. */
function withMaking(
  { pull, push }: Pick<CiRoleTopology, "pull" | "push">,
  { creationTemplates, pullThroughCaches }: Registry,
): Pick<CiRoleTopology, "pull" | "push" | "create" | "fetch"> {
  const isMadeByPush = (each: string): boolean =>
    creationTemplates.some(({ prefix, appliesTo }) => each === `${prefix}/*` && appliesTo.includes(EcrCreation.Push));
  const sorted = (names: string[]): string[] => [...new Set(names)].sort();
  return {
    pull: sorted(pull),
    push: sorted(push),
    create: sorted(push.filter(isMadeByPush)),
    fetch: sorted(pull.filter((each) => pullThroughCaches.some(({ prefix }) => each === `${prefix}/*`))),
  };
}

function isKnown(path: string, name: string, field: "pull" | "push", registry: Registry, problems: Problems): boolean {
  const { repositories, creationTemplates, pullThroughCaches } = registry;
  const prefixes = creationTemplates.map(({ prefix }) => prefix).filter((prefix) => prefix !== rootPrefix);
  const found = repositories.some((each) => each.name === name) || prefixes.some((prefix) => name === `${prefix}/*`);
  const isCached = pullThroughCaches.some(({ prefix }) => name === `${prefix}/*`);
  return (
    problems.require(
      found,
      path,
      `"${name}" is neither one of repositories, nor a prefix of creationTemplates or pullThroughCaches with /* behind it: name one of those`,
    ) && problems.require(field === "pull" || !isCached, path, `"${name}" is filled from its upstream alone: name it in pull`)
  );
}

function checkSize(path: string, role: CiRoleTopology, registry: Registry, problems: Problems): void {
  const profile = role.sign ? "x".repeat(100) : undefined;
  const size = renderCiPolicy(registry, role, "0".repeat(12), profile).length;
  problems.require(
    size <= ecrLimits.inlinePolicy,
    path,
    `its policy would have ${size} characters, and IAM takes ${ecrLimits.inlinePolicy}: name fewer repositories, or give them a template and name its prefix`,
  );
}

function githubSubjects(path: string, shape: GithubPipelineShape, pushes: boolean, problems: Problems): string[] {
  const { repository, branches = [], tags = [], environments = [], pullRequests = false } = shape;
  problems.require(
    isText(repository, /^[A-Za-z0-9-]+\/[A-Za-z0-9._-]+$/),
    `${path}.repository`,
    `"${repository}" is not owner and name of a repository, as acme/app`,
  );
  checkRefs(path, { branches, tags, environments }, problems);
  problems.require(
    branches.length + tags.length + environments.length > 0 || pullRequests,
    path,
    "lets in no pipeline: name branches, tags or environments, as branches: [main]",
  );
  problems.require(
    !pullRequests || !pushes,
    `${path}.pullRequests`,
    "would let everybody push who may open a pull request: give pull requests a role of their own without push",
  );
  const of = `repo:${repository}`;
  return [
    ...branches.map((branch) => `${of}:ref:refs/heads/${branch}`),
    ...tags.map((tag) => `${of}:ref:refs/tags/${tag}`),
    ...environments.map((environment) => `${of}:environment:${environment}`),
    ...(pullRequests ? [`${of}:pull_request`] : []),
  ].sort();
}

function gitlabSubjects(path: string, { project, branches = [], tags = [] }: GitlabPipelineShape, problems: Problems): string[] {
  problems.require(
    isText(project, /^[A-Za-z0-9_][A-Za-z0-9_.-]*(\/[A-Za-z0-9_][A-Za-z0-9_.-]*)+$/),
    `${path}.project`,
    `"${project}" is not the path of a project with its groups, as acme/team/app`,
  );
  checkRefs(path, { branches, tags }, problems);
  problems.require(branches.length + tags.length > 0, path, "lets in no pipeline: name branches or tags, as branches: [main]");
  const of = `project_path:${project}`;
  return [...branches.map((branch) => `${of}:ref_type:branch:ref:${branch}`), ...tags.map((tag) => `${of}:ref_type:tag:ref:${tag}`)].sort();
}

function checkRefs(path: string, given: Record<string, readonly string[]>, problems: Problems): void {
  for (const [field, names] of Object.entries(given))
    for (const [index, name] of names.entries())
      problems.require(
        isText(name, /^[\w.@+#/*-]{1,255}$/),
        `${path}.${field}[${index}]`,
        `"${name}" is not a name in which * stands for any characters, without spaces, colons and question marks`,
      );
}
