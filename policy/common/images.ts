import { compareVersions, imageTable, isInSeries, isVersion, parseReference } from "ha-registry-core";
import { guides, mlps } from "./frameworks";
import { isProduction, matches, PolicyGroup, productionSetting, type CommonSettings, type Decision, type ProductionSettings } from "./rule";

/** An image that something of a stack runs. */
export interface UsedImage {
  /** Its reference; undefined where it is missing or not known yet. */
  image?: string | undefined;
  /** Name of the stack. */
  stack: string;
}

/** Tags that were moved to malicious images. */
export const digestOfImage: Decision<UsedImage, ProductionSettings> = {
  rule: {
    name: "image-digest",
    group: PolicyGroup.SupplyChain,
    description: "Production runs images by their digest, or by the ID of an image that was built on the spot.",
    reason:
      "Whoever gets hold of a publisher's account moves its tags: those of Trivy led to stolen secrets in March 2026 (CVE-2026-33634).",
    severity: "high",
    enforcementLevel: "mandatory",
    mend: "Write `registry:3.1.2@sha256:…`; `docker buildx imagetools inspect registry:3.1.2` tells the digest.",
    controls: [mlps("8.1.4.7")],
    configuration: productionSetting,
  },
  problems({ image, stack }, settings) {
    if (image === undefined || !isProduction(stack, settings)) return [];
    const { id, digest } = parseReference(image) ?? {};
    return id === undefined && digest === undefined
      ? [`runs ${image} by a tag, which can be moved: add its digest, as ${image}@sha256:…`]
      : [];
  },
};

/** Settings of `floorOfImage`. */
export interface FloorSettings extends CommonSettings {
  /** Oldest versions by repository. */
  floors: Record<string, string>;
}

/** Versions with known holes: the image table of ha-registry-core names a CVE or a reason for each. */
export const floorOfImage: Decision<UsedImage, FloorSettings> = {
  rule: {
    name: "image-floor",
    group: PolicyGroup.SupplyChain,
    description: "No image is older than the oldest version without known holes.",
    reason:
      "Registries older than 3.1.2 take manifests without checking their digest (CVE-2026-85747), and the other images have floors for reasons of their own.",
    severity: "critical",
    enforcementLevel: "mandatory",
    mend: "Run the version that the message names, or a newer one.",
    controls: [mlps("8.1.4.4"), guides("repair known holes")],
    configuration: {
      floors: {
        type: "object",
        additionalProperties: { type: "string" },
        description:
          "Oldest versions by repository, as registry or prom/prometheus, in place of those of the image table or for further ones",
        default: {},
      },
    },
  },
  problems({ image = "" }, { floors }) {
    const { repository, tag } = parseReference(image) ?? {};
    if (repository === undefined || tag === undefined || !isVersion(tag)) return [];
    const found = floorOf(repository, floors);
    // A tag of fewer numbers than the floor stands for the newest of its series, which may well be new enough.
    if (found === undefined || isInSeries(found.floor, tag) || compareVersions(tag, found.floor) >= 0) return [];
    return [`runs ${image}, which is older than ${found.floor} (${found.reason}): run ${found.floor} or newer`];
  },
};

function floorOf(repository: string, configured: Readonly<Record<string, string>>): { floor: string; reason: string } | undefined {
  const own = Object.entries(configured).find(([name]) => isRepository(repository, name));
  if (own !== undefined) return { floor: own[1], reason: "the oldest version that the policy's configuration lets in" };
  const entry = Object.values(imageTable).find((row) => isRepository(repository, row.repository));
  return entry === undefined ? undefined : { floor: entry.floor, reason: entry.floorReason };
}

/** Whether a repository is that of a name: itself, Docker's own under `library`, or a copy below another registry's path. */
function isRepository(repository: string, name: string): boolean {
  return repository === name || repository.endsWith(`/${name}`);
}

/** Settings of `sourceOfImage`. */
export interface SourceSettings extends CommonSettings {
  /** Repositories that are allowed. */
  allowed: string[];
  /** Repositories that are refused. */
  refused: string[];
}

/** Where images come from. */
export const sourceOfImage: Decision<UsedImage, SourceSettings> = {
  rule: {
    name: "image-source",
    group: PolicyGroup.SupplyChain,
    description: "Images come from where they are allowed to come from, and from nowhere that is given up.",
    reason:
      "Public registries have had images with malicious code, as the guides tell. Bitnami's images with versions moved to `bitnamilegacy`, and MinIO's are published no more: neither gets fixes.",
    severity: "medium",
    enforcementLevel: "mandatory",
    mend: "Take the image from an allowed place: a registry of your own that holds copies, or its authors.",
    controls: [guides("trusted images only")],
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
  problems({ image = "" }, { allowed, refused }) {
    const { repository } = parseReference(image) ?? {};
    if (repository === undefined) return [];
    const source = fullName(repository);
    if (refused.some((pattern) => matches(source, pattern))) return [`comes from ${source}, which is refused: take it from elsewhere`];
    if (allowed.length === 0 || allowed.some((pattern) => matches(source, pattern))) return [];
    return [`comes from ${source}, which is not among the allowed sources (${allowed.join(", ")})`];
  },
};

/** A repository with its registry, as Docker understands it: the first part is a registry where it has a dot or a port, or is localhost. */
function fullName(repository: string): string {
  const [first = "", ...rest] = repository.split("/");
  if (rest.length > 0 && (/[.:]/.test(first) || first === "localhost")) return repository;
  return rest.length === 0 ? `docker.io/library/${repository}` : `docker.io/${repository}`;
}

/** Settings of `tagOfImage`. */
export interface TagSettings extends CommonSettings {
  /** Tags that are refused. */
  movingTags: string[];
}

/** Images that are another one tomorrow: the guides' "fixed tags instead of latest". */
export const tagOfImage: Decision<UsedImage, TagSettings> = {
  rule: {
    name: "image-tag",
    group: PolicyGroup.SupplyChain,
    description: "Every image has a tag that names a version, or a digest; never `latest`.",
    reason: "`latest`, and no tag at all, is another image tomorrow: nobody chose it, nobody tested it, and nobody can go back.",
    severity: "high",
    enforcementLevel: "mandatory",
    mend: "Write the version (`registry:3.1.2`), or the digest (`registry@sha256:…`).",
    controls: [guides("fixed tags instead of latest")],
    configuration: {
      movingTags: {
        type: "array",
        items: { type: "string" },
        description: "Tags that are refused",
        default: ["latest", "stable", "edge", "main", "master", "nightly", "dev"],
      },
    },
  },
  problems({ image }, { movingTags }) {
    if (image === undefined) return [];
    const { id, tag, digest } = parseReference(image) ?? {};
    if (id !== undefined || digest !== undefined) return [];
    if (tag === undefined) return [`runs ${image}, which stands for the newest: write its version or digest`];
    return movingTags.includes(tag) ? [`runs ${image}, which is another image tomorrow: write its version or digest`] : [];
  },
};
