import { resourceLabels } from "ha-registry-policy-kubernetes/dist/operation/resource-labels";
import { types } from "ha-registry-policy-kubernetes/dist/objects";
import { testPolicy, unknown } from "../../support/judge";
import { workload } from "../../support/kubernetes";

const labelled = (...names: string[]) => [workload({ metadata: { labels: Object.fromEntries(names.map((name) => [name, "x"])) } })];

testPolicy(resourceLabels, {
  compliant: [
    { what: "all three", plan: labelled("project", "env", "owner", "more") },
    { what: "what runs once", plan: [workload({ type: types.job })] },
  ],
  violating: [{ what: "one is missing", plan: labelled("project", "owner"), reports: [/^box: has no label env:/] }],
  undefinedProperty: [
    { what: "none", plan: [workload()], reports: [/no label project, env, owner/] },
    { what: "not known yet", plan: [workload({ metadata: { labels: unknown } })] },
  ],
  configured: [{ what: "others", plan: labelled("cost-centre"), configuration: { required: ["cost-centre"] } }],
});
