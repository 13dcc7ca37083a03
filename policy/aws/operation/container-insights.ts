import { guides, mlps, PolicyGroup, securityHub, type CommonSettings } from "ha-registry-policy-common";
import { awsPolicy } from "../aws-policy";
import { types } from "../resources";

interface Settings extends CommonSettings {
  watchedBy: string;
}

interface Cluster {
  settings?: { name?: string; value?: string }[];
}

/** Clusters of which nobody knows how they are: AWS Security Hub ECS.12. */
export const containerInsights = awsPolicy<Cluster, Settings>(
  {
    name: "container-insights",
    group: PolicyGroup.Operation,
    description: "Clusters tell how many tasks run, and what these take.",
    reason:
      "Without Container Insights CloudWatch has averages of a service: a task that is killed for its memory again and again, and one that is missing, show in none.",
    severity: "low",
    enforcementLevel: "mandatory",
    mend: 'Set `settings: [{ name: "containerInsights", value: "enabled" }]`, or say in the policy\'s configuration what watches.',
    controls: [securityHub("ECS.12"), mlps("8.1.5.4"), guides("alert thresholds")],
    configuration: {
      watchedBy: { type: "string", description: "What watches tasks instead, as Prometheus; empty: nothing does", default: "" },
    },
  },
  types.cluster,
  ({ unknown, properties: { settings: given = [] } }, { watchedBy }) =>
    watchedBy !== "" ||
    unknown.has("settings") ||
    given.some(({ name, value }) => name === "containerInsights" && (value === "enabled" || value === "enhanced"))
      ? []
      : ['does not tell how its tasks are: set `settings: [{ name: "containerInsights", value: "enabled" }]`'],
);
