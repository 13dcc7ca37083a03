import { cisKubernetes, hasSecretArgument, secretVariables, mlps, PolicyGroup, type CommonSettings } from "ha-registry-policy-common";
import { containerPolicy } from "../object-policy";

interface Settings extends CommonSettings {
  allowed: string[];
}

/** Secrets in the environment and the command of a container: CIS Kubernetes 5.4.1. */
export const secretsInEnvironment = containerPolicy<Settings>(
  {
    name: "secrets-in-environment",
    group: PolicyGroup.Security,
    description: "No secret stands in the environment or the command of a container in plain text.",
    reason:
      "Everyone who may look at pods reads them, and they are in etcd, in audit logs and in the history of rollouts; a pod's right to a Secret can be taken away, its text in a Deployment cannot.",
    severity: "high",
    enforcementLevel: "mandatory",
    mend: "Put the secret into a Secret, mount that as a file, and name the file; at the least take the variable from it (`valueFrom.secretKeyRef`).",
    controls: [cisKubernetes("5.4.1"), mlps("8.1.4.8")],
    configuration: {
      allowed: { type: "array", items: { type: "string" }, description: "Names of environment variables that hold no secret", default: [] },
    },
  },
  ({ env = [], command = [], args = [] }, _, { allowed }) => {
    const variables = secretVariables(env, allowed);
    const places = [...variables, ...(hasSecretArgument([...command, ...args]) ? ["its command"] : [])];
    return places.map((place) => `has a secret in ${place}: put it into a Secret, and mount that`);
  },
);
