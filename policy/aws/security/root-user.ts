import { mlps, PolicyGroup, securityHub } from "ha-registry-policy-common";
import { containerPolicy } from "../task-policy";

/** Containers that run as root: AWS Security Hub ECS.20. */
export const rootUser = containerPolicy(
  {
    name: "root-user",
    group: PolicyGroup.Security,
    description: "No container runs as root.",
    reason:
      "Root in a container owns every file of it and of the task's volumes, and is root of the host as soon as something leaks between them, as runc did (CVE-2019-5736, CVE-2024-21626).",
    severity: "high",
    enforcementLevel: "mandatory",
    mend: 'Set `user`, as "65532:65532", and give the volumes that it writes to that user.',
    controls: [securityHub("ECS.20"), mlps("8.1.4.2")],
  },
  ({ user = "" }) => {
    if (user === "") return ['names no user, so that it runs as its image says, mostly as root: set `user`, as "65532:65532"'];
    return /^(?:0|root)(?::|$)/.test(user) ? [`runs as ${user}: set \`user\` to one without rights, as "65532:65532"`] : [];
  },
);
