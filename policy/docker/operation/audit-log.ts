import { guides, isProduction, mlps, PolicyGroup, productionSetting, type ProductionSettings } from "ha-registry-policy-common";
import { Role, withRole } from "../container";
import { containersPolicy } from "../container-policy";

interface Settings extends ProductionSettings {
  collectedBy: string;
}

/** Log drivers that hand lines on to another machine. */
const forwarding = ["syslog", "fluentd", "gelf", "splunk", "awslogs", "gcplogs", "journald", "loki"];

/** Who did what, for 180 days: Cybersecurity Law of China, art. 21; MLPS 8.1.4.3. */
export const auditLog = containersPolicy<Settings>(
  {
    name: "audit-log",
    group: PolicyGroup.Operation,
    description: "Production collects who pushed, pulled and deleted what.",
    reason:
      "China's Cybersecurity Law (art. 21) and MLPS 2.0 ask for six months of logs, and the guides for an audit log; a rotated container log keeps hours.",
    severity: "high",
    enforcementLevel: "mandatory",
    mend: "Run a log collector (`audit: {}` in a `Registry` of this library), or give the balancer a log driver that forwards. How long lines are kept a plan does not tell.",
    controls: [mlps("8.1.4.3"), guides("audit log")],
    configuration: {
      collectedBy: { type: "string", description: "What collects the log outside the stack; empty: nothing does", default: "" },
      ...productionSetting,
    },
  },
  (containers, settings) => {
    const registries = withRole(containers, Role.Registry);
    const [first] = registries;
    if (first === undefined || !isProduction(first.stack, settings) || settings.collectedBy !== "") return [];
    const forwards = [...withRole(containers, Role.Balancer), ...registries].some(({ properties }) =>
      forwarding.includes(properties.logDriver ?? ""),
    );
    if (forwards || withRole(containers, Role.LogCollector).length > 0) return [];
    return [
      {
        message: "nothing keeps who pushed, pulled and deleted what: run a log collector, or give the balancer a log driver that forwards",
      },
    ];
  },
);
