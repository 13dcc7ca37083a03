import { guides, matches, mlps, PolicyGroup, type CommonSettings } from "ha-registry-policy-common";
import { awsPolicy } from "../aws-policy";
import { types, type Resource } from "../resources";

interface Settings extends CommonSettings {
  allowed: string[];
}

interface Placed {
  region?: string;
  replicas?: { region?: string }[];
}

/** What holds or carries images, keys and logs. */
const placed = [
  ...types.bucket,
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

/** Data that leaves a country: Data Security Law of China, art. 31; the guides' sovereignty of data. */
export const region = awsPolicy<Placed, Settings>(
  {
    name: "region",
    group: PolicyGroup.Operation,
    description: "Everything is in the regions that are allowed.",
    reason:
      "Images hold source and customers' data: laws (in China the Data Security Law, in the EU the GDPR) say where such may be, and one wrong word in a stack's configuration moves it.",
    severity: "high",
    enforcementLevel: "mandatory",
    mend: "Set `region` to one that the policy's configuration allows.",
    controls: [mlps("8.1.4.8"), guides("sovereignty of data")],
    configuration: {
      allowed: {
        type: "array",
        items: { type: "string" },
        description: "Regions that are allowed, as cn-* or eu-central-1; empty: all",
        default: [],
      },
    },
  },
  placed,
  (resource, { allowed }) => {
    if (allowed.length === 0) return [];
    const { replicas = [] } = resource.properties;
    const regions = [regionOf(resource), ...replicas.map((replica) => replica.region)];
    return [...new Set(regions)]
      .filter((name) => name !== undefined && !allowed.some((pattern) => matches(name, pattern)))
      .map((name) => `is in ${name}, which is not among the allowed regions (${allowed.join(", ")})`);
  },
);

/** Its own region, else its provider's. */
function regionOf({ unknown, properties, providerSettings: { region: common } }: Resource<Placed>): string | undefined {
  if (properties.region !== undefined || unknown.has("region")) return properties.region;
  return typeof common === "string" ? common : undefined;
}
