import { guides, mlps, PolicyGroup, securityHub, type CommonSettings, type Finding } from "ha-registry-policy-common";
import { awsStackPolicy } from "../aws-policy";
import { ofKind, types, type Resource } from "../resources";

interface Settings extends CommonSettings {
  minimum: number;
}

/** What has subnets, each in its own way. */
interface Spread {
  networkConfiguration?: { subnets?: string[] };
  subnetIds?: string[];
  subnetMappings?: { subnetId?: string }[];
  subnets?: string[];
}

interface Subnet {
  availabilityZone?: string;
  availabilityZoneId?: string;
  id?: string;
}

const spread = [...types.loadBalancer, ...types.service, ...types.subnetGroup];

/** What goes down with one zone: AWS Security Hub ELB.13, MLPS 8.1.4.9. */
export const zoneSpread = awsStackPolicy<Settings>(
  {
    name: "zone-spread",
    group: PolicyGroup.Availability,
    description: "Load balancers, services and caches have subnets in several availability zones.",
    reason: "A zone is a data centre: it fails as a whole, as one of us-east-1 did in December 2021, with everything that is in no other.",
    severity: "high",
    enforcementLevel: "mandatory",
    mend: "Give subnets of two zones or more: `subnets` of load balancers and services, `subnetIds` of subnet groups.",
    controls: [securityHub("ELB.13"), mlps("8.1.4.9"), guides("nodes on different machines")],
    configuration: {
      minimum: { type: "integer", minimum: 1, description: "Zones that each has to be in", default: 2 },
    },
  },
  [spread, types.subnet],
  (resources, { minimum }) =>
    ofKind<Spread>(resources, spread).flatMap((about): Finding[] => {
      const count = zonesOf(about, ofKind<Subnet>(resources, types.subnet));
      return count === undefined || count >= minimum
        ? []
        : [{ message: `is in ${count} of ${minimum} availability zones: give it subnets of further ones`, about }];
    }),
);

/** In how many zones something is; undefined where that is not known, or it has no subnets of its own. */
function zonesOf(resource: Resource<Spread>, subnets: readonly Resource<Subnet>[]): number | undefined {
  const { networkConfiguration, subnetIds, subnetMappings, subnets: plain } = resource.properties;
  const ids = [
    ...(networkConfiguration?.subnets ?? subnetIds ?? plain ?? []),
    ...(subnetMappings ?? []).flatMap(({ subnetId }) => subnetId ?? []),
  ];
  const names = ["networkConfiguration", "subnetIds", "subnetMappings", "subnets"];
  const sources = names.flatMap((name) => resource.computedFrom[name] ?? []);
  const planned = subnets.filter(({ urn, properties: { id } }) => sources.includes(urn) || (id !== undefined && ids.includes(id)));
  if (planned.length > 0) {
    return new Set(
      planned.map(({ urn, properties: { availabilityZone, availabilityZoneId } }) => availabilityZone ?? availabilityZoneId ?? urn),
    ).size;
  }
  return ids.length === 0 || names.some((name) => resource.unknown.has(name)) ? undefined : new Set(ids).size;
}
