import { resourceLabels } from "ha-registry-policy-docker/dist/operation/resource-labels";
import { testPolicy, unknown } from "../../support/judge";

function labelled(...names: string[]) {
  return { labels: names.map((label) => ({ label, value: "x" })) };
}

testPolicy(resourceLabels, {
  compliant: [
    { what: "all three", plan: labelled("project", "env", "owner", "more") },
    { what: "what runs once", plan: { mustRun: false } },
  ],
  violating: [{ what: "one is missing", plan: labelled("project", "owner"), reports: [/no label env/] }],
  undefinedProperty: [
    { what: "none", plan: {}, reports: [/no label project, env, owner/] },
    {
      what: "an empty one",
      plan: { labels: [...labelled("project", "env").labels, { label: "owner", value: "" }] },
      reports: [/no label owner/],
    },
    { what: "not known yet", plan: { labels: unknown } },
  ],
  configured: [{ what: "others", plan: labelled("cost-centre"), configuration: { required: ["cost-centre"] } }],
});
