import { compareVersions, imageTable, isInSeries, isVersion, parseReference } from "ha-registry-core";
import { guides, mlps, PolicyGroup, type CommonSettings } from "ha-registry-policy-common";
import { containerPolicy } from "../container-policy";

interface Settings extends CommonSettings {
  floors: Record<string, string>;
}

/** Versions with known holes: the image table of ha-registry-core names a CVE or a reason for each. */
export const imageFloor = containerPolicy<Settings>(
  {
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
  ({ properties: { image = "" } }, { floors }) => {
    const { repository, tag } = parseReference(image) ?? {};
    if (repository === undefined || tag === undefined || !isVersion(tag)) return [];
    const found = floorOf(repository, floors);
    // A tag of fewer numbers than the floor stands for the newest of its series, which may well be new enough.
    if (found === undefined || isInSeries(found.floor, tag) || compareVersions(tag, found.floor) >= 0) return [];
    return [`runs ${image}, which is older than ${found.floor} (${found.reason}): run ${found.floor} or newer`];
  },
);

interface Floor {
  floor: string;
  reason: string;
}

function floorOf(repository: string, configured: Readonly<Record<string, string>>): Floor | undefined {
  const own = Object.entries(configured).find(([name]) => isRepository(repository, name));
  if (own !== undefined) return { floor: own[1], reason: "the oldest version that the policy's configuration lets in" };
  const entry = Object.values(imageTable).find((row) => isRepository(repository, row.repository));
  return entry === undefined ? undefined : { floor: entry.floor, reason: entry.floorReason };
}

/** Whether a repository is that of a name: itself, Docker's own under `library`, or a copy below another registry's path. */
function isRepository(repository: string, name: string): boolean {
  return repository === name || repository.endsWith(`/${name}`);
}
