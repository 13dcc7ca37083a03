import { cis, mlps, PolicyGroup, type CommonSettings } from "ha-registry-policy-common";
import { imageName } from "../container";
import { containerPolicy, isPreparation, isStarted } from "../container-policy";

interface Settings extends CommonSettings {
  allowedImages: string[];
}

/** Containers that run as root: CIS Docker 4.1. */
export const rootUser = containerPolicy<Settings>(
  {
    name: "root-user",
    group: PolicyGroup.Security,
    description: "No container runs as root; one that runs once, without network and capabilities beyond changing owners, may.",
    reason: "Root in a container is root of the host as soon as something leaks between them, as runc did (CVE-2019-5736, CVE-2024-21626).",
    severity: "high",
    enforcementLevel: "mandatory",
    mend: 'Set `user`, as "65532:65532", and give the volumes that it writes to that user.',
    controls: [cis("4.1"), mlps("8.1.4.2")],
    configuration: {
      allowedImages: {
        type: "array",
        items: { type: "string" },
        description: "Names of images, without registry and tag, that may run as root",
        default: ["keepalived"],
      },
    },
  },
  (container, { allowedImages }) => {
    if (!isStarted(container) || isPreparation(container) || container.unknown.has("user")) return [];
    const name = imageName(container);
    if (name !== undefined && allowedImages.includes(name)) return [];
    const { user } = container.properties;
    if (user === undefined || user === "")
      return ['names no user, so that it runs as its image says, mostly as root: set `user`, as "65532:65532"'];
    return /^(?:0|root)(?::|$)/.test(user) ? [`runs as ${user}: set \`user\` to one without rights, as "65532:65532"`] : [];
  },
);
