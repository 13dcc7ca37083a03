import { guides, isOpenToAll, mlps, PolicyGroup, type Finding } from "ha-registry-policy-common";
import { registryConfigurations } from "../configurations";
import { commandOf, mountsOf, Role, withRole, type JudgedContainer } from "../container";
import { containersPolicy } from "../container-policy";

const DEFAULT_DIRECTORIES = /^\/etc\/(?:docker\/registry|distribution)(?:\/|$)/;

/** Registries to which anyone can push: MLPS 8.1.4.1. */
export const anonymousWrite = containersPolicy(
  {
    name: "anonymous-write",
    group: PolicyGroup.Security,
    description: "Nobody pushes to a registry without a login.",
    reason: "The image's own configuration asks for none: `docker run registry:2`, as the guides begin, lets everyone replace every image.",
    severity: "critical",
    enforcementLevel: "mandatory",
    mend: "Add `auth` (`htpasswd` or `token`) to the registry's configuration, or make it read-only.",
    controls: [mlps("8.1.4.1"), guides("registry with htpasswd")],
  },
  (containers) => [
    ...registryConfigurations(containers)
      .filter(({ configuration }) => isOpenToAll(configuration))
      .map(({ file }): Finding => ({
        message: "configures a registry to which everyone can push: add `auth` with `htpasswd` or `token`",
        about: file.container,
      })),
    ...withRole(containers, Role.Registry)
      .filter(runsAsItsImageSays)
      .map((about): Finding => ({
        message: "runs a registry as its image is configured, so that everyone can push: set `auth` with `htpasswd` or `token`",
        about,
      })),
  ],
);

/** Whether no other configuration is given: no file in place of the image's, no path of another one, no variable that asks for a login. */
function runsAsItsImageSays(container: JudgedContainer): boolean {
  const { properties, unknown } = container;
  if (["command", "entrypoints", "envs", "uploads", "mounts", "volumes"].some((name) => unknown.has(name))) return false;
  const places = [...mountsOf(container).map(({ target }) => target), ...(properties.uploads ?? []).map(({ file = "" }) => file)];
  if (places.some((place) => DEFAULT_DIRECTORIES.test(place))) return false;
  if (commandOf(container).some((word) => /\.(?:ya?ml|json)$/.test(word) && !DEFAULT_DIRECTORIES.test(word))) return false;
  const variables = properties.envs ?? [];
  if (
    variables.some(
      (variable) => /^REGISTRY_AUTH(?:=|_(?:HTPASSWD|TOKEN)_)/.test(variable) && !/^REGISTRY_AUTH=(?:none|silly)?$/.test(variable),
    )
  )
    return false;
  return !variables.some((variable) => /^REGISTRY_(?:PROXY_REMOTEURL=.|STORAGE_MAINTENANCE_READONLY=.*true)/.test(variable));
}
