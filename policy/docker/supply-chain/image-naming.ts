import { guides, PolicyGroup, resourcePolicy, type CommonSettings } from "ha-registry-policy-common";

/** Type token of names given to images that are there already. */
const tagType = "docker:index/tag:Tag";

interface Settings extends CommonSettings {
  pattern: string;
}

/** What the policy asks of a `docker.Tag`. */
interface Tag {
  targetImage: string;
}

/** Names of tags: the guides' `<project>-<env>-<version>`. */
export const imageNaming = resourcePolicy<Tag, Settings>(
  {
    name: "image-naming",
    group: PolicyGroup.SupplyChain,
    description: "Tags that a program gives are named <project>-<env>-<version>, or by a version alone.",
    reason: "A name that tells project, environment and version can be looked up, kept and removed by rule. The guides recommend it.",
    severity: "low",
    enforcementLevel: "advisory",
    mend: "Name the tag as `shop-prod-1.4.2`.",
    controls: [guides("naming <project>-<env>-<version>")],
    configuration: {
      pattern: {
        type: "string",
        description: "Regular expression for tags",
        default: "^([a-z0-9]+(-[a-z0-9]+)*-[a-z0-9]+-)?v?[0-9]+(\\.[0-9]+)*([-.+_][A-Za-z0-9.]+)?$",
      },
    },
  },
  tagType,
  ({ properties: { targetImage } }, { pattern }) => {
    if (targetImage === undefined) return [];
    const [, tag = "latest"] = /:([^:/@]+)$/.exec(targetImage.split("@")[0] ?? "") ?? [];
    return new RegExp(pattern).test(tag) ? [] : [`gives the tag "${tag}": name it <project>-<env>-<version>, as shop-prod-1.4.2`];
  },
);
