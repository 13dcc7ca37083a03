import { checkNumber } from "./checks";
import type { Problems } from "./errors";
import { ecrLimits, rootPrefix, sortedEntries } from "./resolve-ecr-checks";
import { resolveRetention } from "./resolve-garbage-collection";
import type { EcrGarbageCollectionShape } from "./shape-ecr";
import type { RetentionShape } from "./shape-garbage-collection";
import type { EcrLifecycleTopology } from "./topology-ecr";
import { matcher } from "./verify/verify";

/** What there is to collect in. */
interface Places {
  /** Names of repositories. */
  repositories: string[];
  /** Prefixes of templates. */
  prefixes: string[];
}

/** A rule with its name. */
interface Rule extends Required<RetentionShape> {
  /** Where it stands. */
  path: string;
}

/** What goes by itself, for each repository and template. */
export interface EcrLifecycles {
  /** What goes from a repository. */
  ofRepository: (name: string) => { lifecycle?: EcrLifecycleTopology };
  /** What goes from repositories that a template makes. */
  ofTemplate: (prefix: string) => { lifecycle?: EcrLifecycleTopology };
}

/** Tags that stand for signatures and attestations; they go with what they are of. */
const signatureTags = "sha256-*";

/** Fills in and checks what goes by itself. ECR has a policy for each repository, so that rules are shared out to them here. */
export function resolveEcrLifecycles(places: Places, shape: EcrGarbageCollectionShape | undefined, problems: Problems): EcrLifecycles {
  const rules = sortedEntries(shape?.retention).map(([name, rule]) => resolveRule(`garbageCollection.retention.${name}`, rule, problems));
  const untaggedDays = shape?.untaggedDays ?? 1;
  checkNumber(problems, "garbageCollection.untaggedDays", untaggedDays, { from: 1, to: 36_500, whole: true });
  problems.require(
    shape?.untaggedDays === undefined || shape.deleteUntagged === true,
    "garbageCollection.untaggedDays",
    "has no effect without garbageCollection.deleteUntagged: true: set it, or leave untaggedDays out",
  );
  const untagged = shape?.deleteUntagged === true ? { untaggedDays } : {};
  const made = (rule: Rule | undefined): { lifecycle?: EcrLifecycleTopology } => {
    const lifecycle = { keepTags: [], ...(rule === undefined ? {} : kept(rule)), ...untagged };
    return rule === undefined && shape?.deleteUntagged !== true ? {} : { lifecycle };
  };
  return {
    ofRepository: (name) => made(rules.find(({ repositories }) => matcher(repositories)(name))),
    ofTemplate: (prefix) => made(ruleOfTemplate(prefix, places, rules, problems)),
  };
}

function kept({ keepTags, keepLast, keepDays }: Rule): EcrLifecycleTopology {
  const always = [...new Set([...keepTags, signatureTags])].sort();
  return { keepTags: always, ...(keepLast > 0 ? { keepLast } : { keepDays }) };
}

function resolveRule(path: string, shape: RetentionShape, problems: Problems): Rule {
  const rule = resolveRetention(path, shape, problems, (tag, at) => {
    problems.require(tag !== "*", at, '"*" keeps every tag, so that the rule has no effect: leave the rule out');
    const wildcards = tag.split("*").length - 1;
    const most = ecrLimits.wildcardsInPattern;
    problems.require(wildcards <= most, at, `"${tag}" has ${wildcards} times *, and ECR takes ${most}: make a shorter pattern`);
  });
  const { keepLast, keepDays, keepTags } = rule;
  // Beside these there are rules for signatures, for all other tags, and for images without one.
  const most = ecrLimits.lifecycleRules - 3;
  problems.require(keepTags.length <= most, `${path}.keepTags`, `${keepTags.length} patterns: ECR has room for ${most}`);
  problems.require(
    !(keepLast > 0 && keepDays > 0),
    path,
    "has keepLast and keepDays, and a rule of ECR goes by one of them, so that images would go that the other keeps: leave one of them out",
  );
  return { path, ...rule };
}

/** Which part of a template's repositories a rule is for. */
enum Share {
  None,
  Some,
  All,
}

function ruleOfTemplate(prefix: string, places: Places, rules: readonly Rule[], problems: Problems): Rule | undefined {
  for (const rule of rules) {
    const share = shareOf(prefix, rule.repositories, places);
    if (share === Share.All) return rule;
    if (share === Share.None) continue;
    problems.add(
      `${rule.path}.repositories`,
      `"${rule.repositories}" may fit some of the repositories that creationTemplates.${prefix} makes and not others, and all of them get one policy: ` +
        "give those that it fits a template with a prefix of their own, or let it fit all",
    );
  }
  return undefined;
}

function shareOf(prefix: string, pattern: string, { repositories, prefixes }: Places): Share {
  if (!pattern.includes("*") && repositories.includes(pattern)) return Share.None;
  const start = prefix === rootPrefix ? "" : `${prefix}/`;
  const head = pattern.split("*")[0] ?? "";
  if (pattern === `${head}*` && start.startsWith(head)) return Share.All;
  if (!head.startsWith(start) && !start.startsWith(head)) return Share.None;
  const isOfAnother = (other: string): boolean =>
    other !== rootPrefix && other !== prefix && `${other}/`.startsWith(start) && head.startsWith(`${other}/`);
  return prefixes.some(isOfAnother) ? Share.None : Share.Some;
}
