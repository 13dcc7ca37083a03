import type { Problems } from "./errors";
import { resolveGarbageCollectionSettings } from "./resolve-garbage-collection";
import { resolveKubernetesBackup } from "./resolve-kubernetes-backup";
import { serviceHost } from "./resolve-kubernetes-parts";
import type { Cluster } from "./resolve-kubernetes-parts";
import type { CommonRedisShape } from "./shape";
import type { GarbageCollectionShape } from "./shape-garbage-collection";
import type { KubernetesRegistryShape } from "./shape-kubernetes";
import type { KubernetesTopology } from "./topology-kubernetes";
import type { KubernetesGarbageCollectionTopology } from "./topology-kubernetes-parts";

/** Fills in and checks what keeps a registry in order; none of it is there unless it is asked for. */
export function resolveOperation(
  name: string,
  cluster: Cluster,
  shape: KubernetesRegistryShape,
  problems: Problems,
): Pick<KubernetesTopology, "garbageCollection" | "backup"> {
  const { garbageCollection, backup } = shape;
  return {
    ...(garbageCollection === undefined
      ? {}
      : { garbageCollection: resolveGarbageCollection(name, cluster, shape.redis ?? {}, garbageCollection, problems) }),
    ...(backup === undefined ? {} : { backup: resolveKubernetesBackup(name, backup, problems) }),
  };
}

function resolveGarbageCollection(
  name: string,
  cluster: Cluster,
  redis: CommonRedisShape,
  shape: GarbageCollectionShape,
  problems: Problems,
): KubernetesGarbageCollectionTopology {
  const settings = resolveGarbageCollectionSettings(redis, shape, problems);
  const [collection, participants] = [`${name}-collection`, `${name}-participants`];
  return {
    ...settings,
    onlyWhileItCollects: true,
    name: collection,
    fenceHost: serviceHost(cluster, collection),
    participantsName: participants,
    participantsHost: serviceHost(cluster, participants),
    schedule: dailySchedule(settings.startsAt),
  };
}

/** A time of day, `HH:MM`, as a CronJob takes it. */
function dailySchedule(time: string): string {
  const [hours, minutes] = time.split(":").map(Number);
  return `${minutes} ${hours} * * *`;
}
