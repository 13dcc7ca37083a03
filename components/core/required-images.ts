import { ImageName } from "./images";
import type { Topology } from "./topology";

/** The images that a registry needs; what nobody runs need not be fetched, and Garage takes minutes to build. */
export function requiredImages({ redis, objectStore }: Topology): ImageName[] {
  return [
    ImageName.Registry,
    ImageName.Haproxy,
    ...(redis.enabled && !redis.external ? [ImageName.Redis] : []),
    ...(objectStore.garage === undefined ? [] : [ImageName.Garage]),
  ];
}
