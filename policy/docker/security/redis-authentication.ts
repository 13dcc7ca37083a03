import { mlps, PolicyGroup, type Finding } from "ha-registry-policy-common";
import { filesOf } from "../configurations";
import { commandOf, mountsOf, Role, withRole, type JudgedContainer } from "../container";
import { containersPolicy } from "../container-policy";

/** Redis without a password: MLPS 8.1.4.1, CVE-2022-0543. */
export const redisAuthentication = containersPolicy(
  {
    name: "redis-authentication",
    group: PolicyGroup.Security,
    description: "Redis asks for a password.",
    reason:
      "Who writes to the cache of descriptors decides what digests nodes answer with; and Redis runs code for whoever gets in (CVE-2022-0543, CVE-2025-49844).",
    severity: "high",
    enforcementLevel: "mandatory",
    mend: "Put `requirepass`, or `user default off` and users of your own, into an uploaded configuration, and the password into the registry's.",
    controls: [mlps("8.1.4.1")],
  },
  (containers) => {
    const uploaded = filesOf(containers).map(({ content }) => content);
    const anyPassword = uploaded.some((content) => /^(?:requirepass\s+\S|user\s+default\s+off|aclfile\s+\S)/m.test(content));
    return withRole(containers, Role.Redis)
      .filter((container) => isOpen(container, anyPassword))
      .map((about): Finding => ({
        message: "runs Redis without a password: give it a configuration with `requirepass`, or with `user default off`",
        about,
      }));
  },
);

/** A server with a configuration that is mounted from the host, or not known yet, may well have a password: nothing can be said. */
function isOpen(container: JudgedContainer, anyPassword: boolean): boolean {
  const { properties, unknown } = container;
  if (["command", "entrypoints", "uploads", "envs"].some((name) => unknown.has(name))) return false;
  const words = commandOf(container);
  if (words.some((word) => /^--?(?:requirepass|aclfile)/.test(word) || /--requirepass\s/.test(word))) return false;
  if ((properties.envs ?? []).some((variable) => /^(?:REDIS|VALKEY)_(?:PASSWORD|PASSWORD_FILE|ACLFILE)=./.test(variable))) return false;
  const configured = words.some((word) => /\.conf(?:\s|$)/.test(word));
  if (!configured) return true;
  const mounted = mountsOf(container).length > 0;
  return mounted || anyPassword ? false : (properties.uploads ?? []).length > 0;
}
