import { nodeCount, type NodeSettings } from "ha-registry-policy-common";
import { awsStackPolicy } from "../aws-policy";
import { ofKind, refersTo, types, type Resource } from "../resources";
import { registryServices, serviceKinds, type Service } from "../task-definition";

interface AutoscalingTarget {
  minCapacity?: number;
  resourceId?: string;
}

/** How many registries there are: the guides' cluster of three nodes. */
export const registryNodes = awsStackPolicy<NodeSettings>(
  {
    ...nodeCount.rule,
    mend: "Set `desiredCount` of the registry's service (with autoscaling, `minCapacity`); all its tasks need the same bucket and HTTP secret.",
  },
  [...serviceKinds, types.autoscalingTarget],
  (resources, settings) => {
    const services = registryServices(resources).map(({ service }) => service);
    const [first] = services;
    const counts = services.map((service) => countOf(service, resources));
    if (first === undefined || counts.includes(undefined)) return [];
    const count = counts.reduce<number>((sum, each = 0) => sum + each, 0);
    return nodeCount.problems({ count, stack: first.stack }, settings).map((message) => ({ message }));
  },
);

/** How many tasks a service has at the least; undefined where it is one on each host, or not known. */
function countOf(service: Resource<Service>, resources: readonly Resource[]): number | undefined {
  const { desiredCount = 0, schedulingStrategy } = service.properties;
  if (schedulingStrategy === "DAEMON") return undefined;
  const scaler = ofKind<AutoscalingTarget>(resources, types.autoscalingTarget).find((target) =>
    refersTo(target, "resourceId", target.properties.resourceId?.split("/").at(-1), service),
  );
  if (scaler !== undefined) return scaler.unknown.has("minCapacity") ? undefined : (scaler.properties.minCapacity ?? 0);
  return service.unknown.has("desiredCount") ? undefined : desiredCount;
}
