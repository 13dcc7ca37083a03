import { imageTable, RouteKind, ServiceType } from "ha-registry-core";
import type { RegistryArgs } from "ha-registry-kubernetes";

const digest = `sha256:${"0".repeat(64)}`;

/** References of all images by digest, as production has to name them. A preview asks no registry, so none of these has to exist. */
export const references: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(imageTable).map(([name, { repository, tag }]) => [name, `${repository}:${tag}@${digest}`]),
);

const bucket = {
  objectStore: { s3: { bucket: "images", endpoint: "https://s3.corp.example" } },
  secrets: { s3AccessKey: "A".repeat(20), s3SecretKey: "s".repeat(40) },
};

const production: RegistryArgs = {
  ...bucket,
  hostname: "registry.corp.example",
  labels: { project: "registry", env: "prod", owner: "platform" },
  images: { references },
  nodes: { count: 3 },
};

/** Registries of production, by what is special about them: the pack finds nothing in any of them. */
export const productionRegistries: Readonly<Record<string, RegistryArgs>> = {
  balanced: { ...production, loadBalancer: { allowedAddressRanges: ["10.0.0.0/8"] } },
  routed: { ...production, loadBalancer: { gateway: { name: "outside", kind: RouteKind.TLSRoute } } },
  classed: { ...production, loadBalancer: { ingress: { className: "traefik", proxyAddressRanges: ["10.42.0.0/16"] } } },
  mounted: {
    ...production,
    secrets: {},
    objectStore: { volume: { storageClass: "cephfs", sizeGiB: 10 } },
    loadBalancer: { service: { type: ServiceType.NodePort } },
    nodes: { count: 3, autoscaling: { maximum: 5 } },
  },
};
