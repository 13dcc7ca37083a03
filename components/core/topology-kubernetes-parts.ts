import type { GarbageCollectionSettings } from "./topology-garbage-collection";

/** Garbage collection: a pod that is there only while it collects. */
export interface KubernetesGarbageCollectionTopology extends GarbageCollectionSettings {
  /** That it is there only then. */
  onlyWhileItCollects: true;
  /** Name of the CronJob, and of the Service by which balancers reach its pod. */
  name: string;
  /** DNS name of that Service. */
  fenceHost: string;
  /** Name of the Service whose DNS name has the addresses of all balancers, and of the pod itself. */
  participantsName: string;
  /** That DNS name. */
  participantsHost: string;
  /** When it begins, as a CronJob takes it, UTC. */
  schedule: string;
}
