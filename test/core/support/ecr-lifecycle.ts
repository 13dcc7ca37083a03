/** An image in a repository of ECR. */
export interface EcrImage {
  /** Its tags. */
  tags: string[];
  /** How long ago it was pushed, days. */
  ageDays: number;
}

interface Rule {
  rulePriority: number;
  selection: { tagStatus: string; tagPatternList?: string[]; countType: string; countUnit?: string; countNumber: number };
  action: { type: string };
}

/**
 * Which images ECR would expire, by what its user guide says of the evaluation of lifecycle policies: rules go by priority, an image that fits the tagging of a rule cannot be
 * expired by one of lower priority, but is counted there as if it were still there; several patterns in one rule have to fit all.
 */
export function expiredBy(policy: string, images: readonly EcrImage[]): Set<EcrImage> {
  const { rules } = JSON.parse(policy) as { rules: Rule[] };
  const taken = new Set<EcrImage>();
  const expired = new Set<EcrImage>();
  for (const { selection } of [...rules].sort((a, b) => a.rulePriority - b.rulePriority)) {
    const selected = images.filter((image) => isSelected(image, selection)).sort((a, b) => a.ageDays - b.ageDays);
    for (const [index, image] of selected.entries()) {
      const isOver = selection.countType === "imageCountMoreThan" ? index >= selection.countNumber : image.ageDays > selection.countNumber;
      if (isOver && !taken.has(image)) expired.add(image);
    }
    for (const image of selected) taken.add(image);
  }
  return expired;
}

function isSelected({ tags }: EcrImage, { tagStatus, tagPatternList = [] }: Rule["selection"]): boolean {
  if (tagStatus === "untagged") return tags.length === 0;
  return tags.length > 0 && tagPatternList.every((pattern) => tags.some((tag) => fits(tag, pattern)));
}

/** Whether a tag fits a pattern in which `*` stands for any characters, by hand: the code under test has one of its own. */
export function fits(tag: string, pattern: string): boolean {
  const star = pattern.indexOf("*");
  if (star < 0) return tag === pattern;
  if (!tag.startsWith(pattern.slice(0, star))) return false;
  const rest = pattern.slice(star + 1);
  for (let end = star; end <= tag.length; end++) if (fits(tag.slice(end), rest)) return true;
  return false;
}
