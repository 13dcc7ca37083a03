import { cisKubernetes, mlps, PolicyGroup, type CommonSettings } from "ha-registry-policy-common";
import { workloadPolicy } from "../object-policy";
import { containersOf, nameOf, podOf } from "../workloads";

interface Settings extends CommonSettings {
  allowedPaths: string[];
}

/** Namespaces, directories and ports of hosts: CIS Kubernetes 5.2.3 to 5.2.5, 5.2.12, 5.2.13. */
export const hostAccess = workloadPolicy<Settings>(
  {
    name: "host-access",
    group: PolicyGroup.Security,
    description: "No pod shares its host's network, processes or shared memory, mounts its directories or takes its ports.",
    reason:
      "From a host's network a pod gets past every NetworkPolicy, and to the kubelet and the cloud's metadata; from its directories to the runtime's socket, which is root on the host.",
    severity: "critical",
    enforcementLevel: "mandatory",
    mend: "Leave out `hostNetwork`, `hostPID`, `hostIPC`, `hostPath` and `hostPort`; use a Service, and a PersistentVolumeClaim.",
    controls: [
      cisKubernetes("5.2.3"),
      cisKubernetes("5.2.4"),
      cisKubernetes("5.2.5"),
      cisKubernetes("5.2.12"),
      cisKubernetes("5.2.13"),
      mlps("8.1.4.4"),
    ],
    configuration: {
      allowedPaths: { type: "array", items: { type: "string" }, description: "Directories of hosts that may be mounted", default: [] },
    },
  },
  (workload, { allowedPaths }) => {
    const { hostIPC, hostNetwork, hostPID, volumes = [] } = podOf(workload).spec ?? {};
    const shared = Object.entries({ hostIPC, hostNetwork, hostPID }).filter(([, value]) => value === true);
    const paths = volumes.flatMap(({ hostPath }) => hostPath?.path ?? []).filter((path) => !allowedPaths.includes(path));
    const ports = containersOf(workload).filter((container) => (container.ports ?? []).some(({ hostPort = 0 }) => hostPort > 0));
    return [
      ...shared.map(([name]) => `shares a namespace of its host: leave out \`${name}\``),
      ...paths.map((path) => `mounts ${path} of its host: use a PersistentVolumeClaim, a ConfigMap or a Secret`),
      ...ports.map((container) => `${nameOf(container)} takes a port of its host: leave out \`hostPort\`, and use a Service`),
    ];
  },
);
