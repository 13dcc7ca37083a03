import type { RetentionTopology } from "../topology";

const secondsPerDay = 86_400;

/** When it was so many seconds ago, in shell, as rclone writes times: in this form they are in order as texts. */
export function timeBefore(seconds: number): string {
  return `$(date -u -d "@$(($(now) - ${seconds}))" '+%Y-%m-%d %H:%M:%S')`;
}

/** Arguments of awk for {@link retentionProgram}, in shell: until when a tag of each rule counts as old, as rclone writes times. */
export function cutOffs(rules: readonly RetentionTopology[]): string {
  return rules.map(({ keepDays }, index) => `-v before${index}="${timeBefore(keepDays * secondsPerDay)}"`).join(" ");
}

/**
 * A program of awk that reads tags, the newest first, as `date time repositories/<repository>/_manifests/tags/<tag>/current/link`, and prints the
 * directories of those that are to go. The first rule that fits a repository decides. Tags `sha256-…` stand for signatures and attestations
 * of the image with that digest (OCI distribution specification 1.1, referrers tag schema) and stay.
 */
export function retentionProgram(rules: readonly RetentionTopology[]): string {
  return `
    {
      at = $1 " " $2
      directory = $3
      sub(/\\/current\\/link$/, "", directory)
      split(directory, parts, "/_manifests/tags/")
      repository = substr(parts[1], length("repositories/") + 1)
      tag = parts[2]
      if (tag ~ /^sha256-/) next
${rules.map(ruleLine).join("\n")}
    }
  `;
}

function ruleLine({ repositories, keepLast, keepTags }: RetentionTopology, index: number): string {
  const kept = keepTags.length === 0 ? "" : `if (tag ~ /^(${keepTags.map(expression).join("|")})$/) next; `;
  return (
    `      if (repository ~ /^${expression(repositories)}$/) { ${kept}` +
    `if (++seen[repository] > ${keepLast} && at < before${index}) print directory; next }`
  );
}

/** A regular expression of awk for a pattern in which `*` stands for any characters. */
function expression(pattern: string): string {
  return pattern.replace(/[.+/]/g, "\\$&").replaceAll("*", ".*");
}
