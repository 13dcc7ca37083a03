import {
  guides,
  isProduction,
  mlps,
  PolicyGroup,
  productionSetting,
  type Finding,
  type ProductionSettings,
} from "ha-registry-policy-common";
import { awsStackPolicy } from "../aws-policy";
import { containersOf, registryServices, Role, roleOf, serviceKinds } from "../task-definition";

interface Settings extends ProductionSettings {
  collectedBy: string;
}

/** Log drivers that hand lines on to another machine. */
const forwarding = ["awslogs", "awsfirelens", "fluentd", "gelf", "splunk", "syslog"];

/** Who did what, for 180 days: Cybersecurity Law of China, art. 21; MLPS 8.1.4.3. */
export const auditLog = awsStackPolicy<Settings>(
  {
    name: "audit-log",
    group: PolicyGroup.Operation,
    description: "Production collects who pushed, pulled and deleted what.",
    reason:
      "China's Cybersecurity Law (art. 21) and MLPS 2.0 ask for six months of logs, and the guides for an audit log; on Fargate a container's lines are gone with its task.",
    severity: "high",
    enforcementLevel: "mandatory",
    mend: "Give registries and the balancers beside them a `logConfiguration` with `awslogs` or `awsfirelens`. How long lines are kept `log-retention` checks.",
    controls: [mlps("8.1.4.3"), guides("audit log")],
    configuration: {
      collectedBy: {
        type: "string",
        description: "What collects the log outside the stack, as the load balancer's own; empty: nothing does",
        default: "",
      },
      ...productionSetting,
    },
  },
  serviceKinds,
  (resources, settings) =>
    registryServices(resources)
      .filter(({ service }) => isProduction(service.stack, settings) && settings.collectedBy === "")
      .filter(({ task }) => {
        const telling = containersOf(task).filter((container) => [Role.Registry, Role.Balancer].some((role) => role === roleOf(container)));
        return !telling.some(({ logConfiguration }) => forwarding.includes(logConfiguration?.logDriver ?? ""));
      })
      .map(({ task }): Finding => ({
        message: "nothing keeps who pushed, pulled and deleted what: give the registry a `logConfiguration`",
        about: task,
      })),
);
