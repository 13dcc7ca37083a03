import { PolicyGroup, type Finding } from "ha-registry-policy-common";
import { registryConfigurations } from "../configurations";
import { Role, withRole, type JudgedContainer } from "../container";
import { containersPolicy } from "../container-policy";

/** Nodes that do not know each other's uploads: distribution#2519. */
export const sharedHttpSecret = containersPolicy(
  {
    name: "shared-http-secret",
    group: PolicyGroup.Availability,
    description: "Several registry nodes have one and the same HTTP secret.",
    reason:
      "Without one each node makes its own, and pushes fail as soon as the balancer sends a client to another node (distribution/distribution#2519).",
    severity: "high",
    enforcementLevel: "mandatory",
    mend: "Generate one secret (`random.RandomPassword`), and set it as `http.secret` on every node.",
  },
  (containers) => {
    const nodes = withRole(containers, Role.Registry);
    if (nodes.length < 2) return [];
    const configurations = registryConfigurations(containers).filter(({ configuration }) => configuration.proxy?.remoteurl === undefined);
    const missing = configurations
      .filter(({ configuration }) => (configuration.http?.secret ?? "") === "" && !nodes.some(hasSecretVariable))
      .map(({ file }): Finding => ({
        message: "configures one of several nodes without `http.secret`: set the same one on all of them",
        about: file.container,
      }));
    const secrets = new Set(configurations.flatMap(({ configuration }) => configuration.http?.secret ?? []));
    const different: Finding[] =
      secrets.size > 1
        ? [{ message: `the nodes have ${secrets.size} different HTTP secrets: set the same \`http.secret\` on all of them` }]
        : [];
    const bare = nodes
      .filter((node) => configurations.length === 0 && isSetByVariables(node) && !hasSecretVariable(node))
      .map((about): Finding => ({ message: "is one of several nodes and has no HTTP secret: set the same one on all of them", about }));
    return [...missing, ...different, ...bare];
  },
);

function hasSecretVariable({ properties: { envs = [] } }: JudgedContainer): boolean {
  return envs.some((variable) => /^REGISTRY_HTTP_SECRET=./.test(variable));
}

/** Whether everything that a node is told can be seen: no file of its own, nothing unknown. */
function isSetByVariables({ properties, unknown }: JudgedContainer): boolean {
  const hidden = ["envs", "command", "mounts", "volumes", "uploads"].some((name) => unknown.has(name));
  const targets = [
    ...(properties.mounts ?? []).map(({ target }) => target),
    ...(properties.volumes ?? []).map(({ containerPath }) => containerPath),
  ];
  return !hidden && targets.every((target) => target?.startsWith("/var/lib/registry") === true) && (properties.uploads ?? []).length === 0;
}
