import { mlps, PolicyGroup, securityHub, type CommonSettings } from "ha-registry-policy-common";
import { awsPolicy } from "../aws-policy";
import { types } from "../resources";
import type { TaskDefinition } from "../task-definition";

interface Settings extends CommonSettings {
  allowedPaths: string[];
}

/** Namespaces and directories of hosts: AWS Security Hub ECS.3 and ECS.17. */
export const hostAccess = awsPolicy<TaskDefinition, Settings>(
  {
    name: "host-access",
    group: PolicyGroup.Security,
    description:
      "No task shares its host's network, processes or shared memory, or mounts its directories; each has a network interface of its own.",
    reason:
      "From a host's network a task gets past every security group, and to the host's role; from its directories to Docker's socket, which is root on the host. With `bridge` all tasks of a host share one security group.",
    severity: "critical",
    enforcementLevel: "mandatory",
    mend: 'Set `networkMode: "awsvpc"`, and leave out `pidMode`, `ipcMode` and `hostPath` of volumes.',
    controls: [securityHub("ECS.3"), securityHub("ECS.17"), mlps("8.1.4.4")],
    configuration: {
      allowedPaths: { type: "array", items: { type: "string" }, description: "Directories of hosts that may be mounted", default: [] },
    },
  },
  types.taskDefinition,
  ({ unknown, properties: { ipcMode, networkMode, pidMode, volumes = [] } }, { allowedPaths }) => {
    const shared = Object.entries({ ipcMode, pidMode }).filter(([, mode]) => mode === "host");
    const paths = volumes.flatMap(({ hostPath }) => hostPath ?? []).filter((path) => !allowedPaths.includes(path));
    return [
      ...(networkMode === "awsvpc" || networkMode === "none" || unknown.has("networkMode")
        ? []
        : [`shares a network with others (${networkMode ?? "bridge"}): set \`networkMode: "awsvpc"\``]),
      ...shared.map(([name]) => `shares a namespace of its host: leave out \`${name}\``),
      ...paths.map((path) => `mounts ${path} of its host: use a volume of the task, or EFS`),
    ];
  },
);
