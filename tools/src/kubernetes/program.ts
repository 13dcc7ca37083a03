import type { GoProgram } from "../images/go";

/** One of Kubernetes' own programs, as `kubelet`. */
export function kubernetesProgram(name: string): GoProgram {
  return {
    module: "kubernetes",
    package: `k8s.io/kubernetes/cmd/${name}`,
    versionOf: "k8s.io/kubernetes",
    // Without it, clients see a version that they cannot parse.
    versionVariable: "k8s.io/component-base/version.gitVersion",
  };
}
