import { guides, isHidden, ownerLabels, PolicyGroup, type CommonSettings } from "ha-registry-policy-common";
import { awsPolicy } from "../aws-policy";
import { types, type Resource } from "../resources";

interface Settings extends CommonSettings {
  required: string[];
}

interface Tagged {
  tags?: Record<string, string>;
}

const tagged = [
  ...types.bucket,
  ...types.certificate,
  ...types.cluster,
  ...types.key,
  ...types.loadBalancer,
  ...types.logGroup,
  ...types.replicationGroup,
  ...types.repository,
  ...types.secret,
  ...types.service,
  ...types.vpc,
];

/** Tags that tell whose a resource is: the guides' naming by project and environment. */
export const resourceTags = awsPolicy<Tagged, Settings>(
  {
    name: "resource-tags",
    group: PolicyGroup.Operation,
    description: "What costs or holds something tells its project, environment and owner in tags.",
    reason:
      "In an incident somebody looks at an account that many share, and has to know whose a resource is before touching it; and bills are shared out by tag.",
    severity: "low",
    enforcementLevel: "advisory",
    mend: "Add the tags, to each resource or to all of a provider (`defaultTags`); a `Registry` of this library takes them as `tags`.",
    controls: [guides("naming by project and environment")],
    configuration: {
      required: {
        type: "array",
        items: { type: "string" },
        description: "Tags that have to be there, as also cost-centre",
        default: [...ownerLabels],
      },
    },
  },
  tagged,
  (resource, { required }) => {
    if (resource.unknown.has("tags") || isHidden(resource.providerSettings, "defaultTags")) return [];
    const given = { ...defaultTagsOf(resource), ...resource.properties.tags };
    const missing = required.filter((tag) => (given[tag] ?? "") === "");
    return missing.length === 0 ? [] : [`has no tag ${missing.join(", ")}: say in \`tags\` whose it is`];
  },
);

/** Tags that its provider adds. Providers get what is more than a text as JSON. */
function defaultTagsOf({ providerSettings }: Resource): Record<string, string> {
  const { defaultTags = {} } = providerSettings;
  const parsed = typeof defaultTags === "string" ? (JSON.parse(defaultTags) as object) : defaultTags;
  return (parsed as Tagged).tags ?? {};
}
