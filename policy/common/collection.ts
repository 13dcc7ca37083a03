import { isReadOnly } from "./configurations";
import { PolicyGroup, type Rule } from "./rule";

/** Garbage collection while the registry takes pushes: distribution/distribution#3045. */
export const collectionWhileWritingRule: Rule = {
  name: "collection-while-writing",
  group: PolicyGroup.Availability,
  description: "`registry garbage-collect` is not run beside a registry that takes pushes.",
  reason:
    "It removes layers of images that are just being pushed, and the images cannot be pulled any more (distribution/distribution#3045).",
  severity: "critical",
  enforcementLevel: "mandatory",
  mend: "Make every node read-only first (`storage.maintenance.readonly`), or collect with a tool that keeps pushes off.",
};

/** What is said of whatever collects. */
export const collectionWhileWritingMessage = "collects garbage while registries take pushes: make them read-only first";

/** Whether all registries refuse pushes, as far as their configurations tell. */
export function areReadOnly(configurations: readonly { configuration: Parameters<typeof isReadOnly>[0] }[]): boolean {
  return configurations.length > 0 && configurations.every(({ configuration }) => isReadOnly(configuration));
}

/** Whether a command collects garbage. */
export function collectsGarbage(words: readonly string[]): boolean {
  return words.some((word) => /\bgarbage-collect\b/.test(word));
}
