import type { EcrLifecycleTopology } from "../topology-ecr";

/** A rule of a lifecycle policy, in the words of ECR. */
interface Rule {
  description: string;
  selection: { tagStatus: "tagged" | "untagged"; tagPatternList?: string[]; countType: string; countUnit?: "days"; countNumber: number };
}

/** More images than a repository can have: a rule that counts to it takes none, and keeps the rules behind it from what it selects. */
const never = 1_000_000;

/**
 * Lifecycle policy of a repository, as JSON. A rule takes nothing that one before it selects by tag, so that what stays stands first. Several patterns in one rule would
 * all have to fit, so that each has a rule of its own. Priorities rise with
 * the order, as ECR returns it: another order would be a change at every run.
 */
export function renderEcrLifecycle({ keepTags, keepLast, keepDays, untaggedDays }: EcrLifecycleTopology): string {
  const tagged = (pattern: string) => ({ tagStatus: "tagged" as const, tagPatternList: [pattern] });
  const counted = (countNumber: number) => ({ countType: "imageCountMoreThan", countNumber });
  const aged = (countNumber: number) => ({ countType: "sinceImagePushed", countUnit: "days" as const, countNumber });
  const rules: Rule[] = [
    ...keepTags.map((tag) => ({ description: `${tag} stays`, selection: { ...tagged(tag), ...counted(never) } })),
    ...(keepLast === undefined
      ? []
      : [{ description: `of all other tags the last ${keepLast} stay`, selection: { ...tagged("*"), ...counted(keepLast) } }]),
    ...(keepDays === undefined
      ? []
      : [{ description: `all other tags stay for ${keepDays} days`, selection: { ...tagged("*"), ...aged(keepDays) } }]),
    ...(untaggedDays === undefined
      ? []
      : [
          {
            description: `images without a tag stay for ${untaggedDays} days`,
            selection: { tagStatus: "untagged" as const, ...aged(untaggedDays) },
          },
        ]),
  ];
  return JSON.stringify({ rules: rules.map((rule, index) => ({ rulePriority: index + 1, ...rule, action: { type: "expire" } })) });
}
