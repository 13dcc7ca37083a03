import { parseReference } from "ha-registry-core";
import { cis, guides, matches, PolicyGroup, type CommonSettings } from "ha-registry-policy-common";
import { containerPolicy } from "../container-policy";

interface Settings extends CommonSettings {
  allowed: string[];
  refused: string[];
}

/** Where images come from: CIS Docker 4.2. */
export const imageSource = containerPolicy<Settings>(
  {
    name: "image-source",
    group: PolicyGroup.SupplyChain,
    description: "Images come from where they are allowed to come from, and from nowhere that is given up.",
    reason:
      "Public registries have had images with malicious code, as the guides tell. Bitnami's images with versions moved to `bitnamilegacy`, and MinIO's are published no more: neither gets fixes.",
    severity: "medium",
    enforcementLevel: "mandatory",
    mend: "Take the image from an allowed place: a registry of your own that holds copies, or its authors.",
    controls: [cis("4.2"), guides("trusted images only")],
    configuration: {
      allowed: {
        type: "array",
        items: { type: "string" },
        description: "Repositories with their registry (docker.io for Docker Hub) that are allowed; * stands for any text; empty: all",
        default: [],
      },
      refused: {
        type: "array",
        items: { type: "string" },
        description: "Repositories with their registry that are refused",
        default: ["docker.io/bitnami/*", "docker.io/bitnamilegacy/*", "docker.io/minio/*"],
      },
    },
  },
  ({ properties: { image = "" } }, { allowed, refused }) => {
    const { repository } = parseReference(image) ?? {};
    if (repository === undefined) return [];
    const source = fullName(repository);
    if (refused.some((pattern) => matches(source, pattern))) return [`comes from ${source}, which is refused: take it from elsewhere`];
    if (allowed.length === 0 || allowed.some((pattern) => matches(source, pattern))) return [];
    return [`comes from ${source}, which is not among the allowed sources (${allowed.join(", ")})`];
  },
);

/** A repository with its registry, as Docker understands it: the first part is a registry where it has a dot or a port, or is localhost. */
function fullName(repository: string): string {
  const [first = "", ...rest] = repository.split("/");
  if (rest.length > 0 && (/[.:]/.test(first) || first === "localhost")) return repository;
  return rest.length === 0 ? `docker.io/library/${repository}` : `docker.io/${repository}`;
}
