import { checkText, isText } from "./checks";
import type { Problems } from "./errors";
import type { NamingShape } from "./shape-naming";
import type { NamingTopology } from "./topology-audit";

/** Fills in and checks how images have to be named. */
export function resolveNaming(shape: NamingShape, problems: Problems): NamingTopology {
  const { environments = ["dev", "test", "staging", "prod"], exempt = [], hint } = shape;
  problems.require(environments.length > 0, "naming.environments", "names no environment, so that no tag would fit: name one at least");
  for (const [index, environment] of environments.entries()) {
    const fits = isText(environment, /^[A-Za-z0-9_]{1,64}$/);
    problems.require(fits, `naming.environments[${index}]`, `"${environment}" is not a name of letters, digits and underscores`);
  }
  for (const [index, pattern] of exempt.entries()) {
    const fits = isText(pattern, /^[a-z0-9._/*-]+$/);
    problems.require(fits, `naming.exempt[${index}]`, `"${pattern}" is not a repository's name in which * stands for any characters`);
  }
  checkPattern("naming.tags", shape.tags, problems);
  checkPattern("naming.repositories", shape.repositories, problems);
  checkText(problems, "naming.hint", hint, "line");
  const ending = hint === undefined ? "" : `; ${hint}`;
  const expectedTag =
    shape.tags === undefined
      ? `a tag is <project>-<environment>-<version>, as shop-${environments[0]}-1.4.2, with one of ${environments.join(", ")}`
      : `a tag fits ${shape.tags}`;
  return {
    tags: anchored(shape.tags ?? `[A-Za-z0-9][A-Za-z0-9._-]*-(${environments.join("|")})-v?[0-9][A-Za-z0-9._-]*`),
    ...(shape.repositories === undefined ? {} : { repositories: anchored(shape.repositories) }),
    exempt: exempt
      .filter((pattern) => typeof pattern === "string")
      .map((pattern) => anchored(pattern.replaceAll(".", "\\.").replaceAll("*", ".*"))),
    expectedTag: `${expectedTag}${ending}`,
    expectedRepository: `a repository's name fits ${shape.repositories ?? ".*"}${ending}`,
  };
}

/** HAProxy reads it as PCRE; what JavaScript cannot read is no pattern there, either, but for what hardly anybody uses. */
function checkPattern(path: string, pattern: string | undefined, problems: Problems): void {
  if (pattern === undefined) return;
  const printable = isText(pattern, /^[\x20-\x7e]{1,500}$/);
  if (!problems.require(printable, path, `${JSON.stringify(pattern)} is not up to 500 printable characters of ASCII`)) return;
  try {
    new RegExp(pattern);
  } catch (error) {
    problems.add(path, `"${pattern}" is not a regular expression: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function anchored(pattern: string): string {
  return `^(?:${pattern})$`;
}
