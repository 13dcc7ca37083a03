import { holdsSecret, mlps, PolicyGroup, registryConfiguration } from "ha-registry-policy-common";
import { filesOfConfigMap } from "../configurations";
import { objectPolicy } from "../object-policy";
import { types } from "../objects";

const PASSWORD_HASH = /^[^\s:#]+:\$(?:2[aby]|apr1|5|6)\$/m;
const REDIS_PASSWORD = /^\s*(?:requirepass|masterauth)\s+\S/m;

/** Keys of a registry's configuration whose values are secrets. */
const SECRET_KEY = /^\s*["']?(?:secret|secretkey|accountkey|password|privatekey|authorization)["']?\s*:\s*["']?[^\s"'{[]/im;

/** Secrets where everybody looks: MLPS 8.1.4.8. */
export const secretsInConfigmaps = objectPolicy(
  {
    name: "secrets-in-configmaps",
    group: PolicyGroup.Security,
    description: "No secret stands in a ConfigMap.",
    reason:
      "ConfigMaps are in the usual right to look (the ClusterRole `view`), in etcd without encryption and in every `kubectl get -o yaml` that is pasted into a ticket; Secrets are kept out of these.",
    severity: "high",
    enforcementLevel: "mandatory",
    mend: "Put the file into a Secret, and mount that; of a registry's configuration the whole file.",
    controls: [mlps("8.1.4.8")],
  },
  types.configMap,
  (object) =>
    filesOfConfigMap(object)
      .filter(({ content }) => isSecret(content))
      .map(({ key }) => `has a secret in ${key}: put it into a Secret`),
);

function isSecret(content: string): boolean {
  if (holdsSecret(content) || PASSWORD_HASH.test(content) || REDIS_PASSWORD.test(content)) return true;
  return registryConfiguration(content) !== undefined && SECRET_KEY.test(content);
}
