import { isKnownRegion, isRegion } from "./aws-regions";
import { isText } from "./checks";
import type { Problems } from "./errors";

/** Checks that a region is one that this release knows. */
export function checkRegion(region: string, problems: Problems, path = "region"): void {
  if (problems.require(isRegion(region), path, `"${region}" is not a region of AWS, as eu-central-1`))
    problems.require(
      isKnownRegion(region),
      path,
      `there is no region "${region}" of AWS that this release knows of: look for a misspelling`,
    );
}

/** AWS's own bounds of tags; those that begin with `aws:` are its own. */
export function checkTags(tags: Record<string, string>, problems: Problems): Record<string, string> {
  problems.require(
    Object.keys(tags).length <= 40,
    "tags",
    `${Object.keys(tags).length} tags: AWS has room for 50, some of which are the registry's`,
  );
  const character = "[\\p{L}\\p{Z}\\p{N}_.:/=+@-]";
  for (const [key, value] of Object.entries(tags)) {
    problems.require(
      isText(key, new RegExp(`^(?!aws:)(?!ha-registry(:|$))${character}{1,128}$`, "iu")),
      `tags.${key}`,
      `"${key}" cannot be the key of a tag: 1 to 128 letters, digits, spaces and _ . : / = + - @, not beginning with aws: or ha-registry`,
    );
    problems.require(
      isText(value, new RegExp(`^${character}{0,256}$`, "u")),
      `tags.${key}`,
      `"${value}" cannot be the value of a tag: up to 256 letters, digits, spaces and _ . : / = + - @`,
    );
  }
  return tags;
}

/** Whether `text` is an ARN of a service in any partition. */
export function isArn(text: string | undefined, service: string): boolean {
  return isText(text, new RegExp(`^arn:aws[a-z-]*:${service}:[a-z0-9-]*:\\d{12}:[\\x21-\\x7e]+$`));
}
