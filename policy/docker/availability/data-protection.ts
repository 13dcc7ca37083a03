import { guides, mlps, PolicyGroup, stackPolicy, type CommonSettings, type Finding, type Judged } from "ha-registry-policy-common";
import { containerType, mountsOf, Role, roleOf, type Container, type JudgedContainer } from "../container";

/** Type token of volumes. */
const volumeType = "docker:index/volume:Volume";

interface Settings extends CommonSettings {
  dataDirectories: string[];
}

/** Volumes that Pulumi may delete with everything in them: MLPS 8.1.4.9. */
export const dataProtection = stackPolicy<Container & { name: string }, Settings>(
  {
    name: "data-protection",
    group: PolicyGroup.Availability,
    description: "Volumes that hold the registry's data are protected.",
    reason: "A changed name, a changed label or a `pulumi destroy` in the wrong window replaces a volume, and every image is gone.",
    severity: "critical",
    enforcementLevel: "mandatory",
    mend: "Set the option `protect: true` (or `retainOnDelete`) on the volume.",
    controls: [mlps("8.1.4.9"), guides("backups")],
    configuration: {
      dataDirectories: {
        type: "array",
        items: { type: "string" },
        description: "Directories in containers that hold data",
        default: ["/var/lib/registry", "/var/lib/garage/data", "/var/lib/garage/meta", "/data"],
      },
    },
  },
  [volumeType, containerType],
  (resources, { dataDirectories }) => {
    const containers = resources.filter(({ type }) => type === containerType).filter(keepsData);
    return resources
      .filter((volume) => volume.type === volumeType && volume.options.protect !== true && holdsData(volume, containers, dataDirectories))
      .map((about): Finding => ({ message: "holds the registry's data and is not protected: set the option `protect: true`", about }));
  },
);

function keepsData(container: JudgedContainer): boolean {
  const role = roleOf(container);
  return role === Role.Registry || role === Role.ObjectStore;
}

function holdsData(
  { urn, properties: { name } }: Judged<{ name: string }>,
  containers: readonly JudgedContainer[],
  directories: readonly string[],
): boolean {
  return containers.some((container) => {
    const data = mountsOf(container).filter(({ target }) =>
      directories.some((directory) => target === directory || target.startsWith(`${directory}/`)),
    );
    if (name !== undefined && data.some(({ source }) => source === name)) return true;
    // The name may not be known yet; the plan still tells where it comes from.
    const sources = [...(container.computedFrom["mounts"] ?? []), ...(container.computedFrom["volumes"] ?? [])];
    return data.some(({ source }) => source === "") && sources.includes(urn);
  });
}
