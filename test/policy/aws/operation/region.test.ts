import { region } from "ha-registry-policy-aws/dist/operation/region";
import { resource } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const placed = (given: unknown, further = {}) => [resource("bucket", { region: given }, further)];
const configuration = { allowed: ["eu-central-1", "cn-*"] };

testPolicy(region, {
  compliant: [
    { what: "anywhere", plan: placed("us-east-1") },
    { what: "where it may be", plan: placed("eu-central-1"), configuration },
    { what: "in a country", plan: placed("cn-north-1"), configuration },
  ],
  violating: [
    {
      what: "elsewhere",
      plan: placed("us-east-1"),
      configuration,
      reports: [/^box: is in us-east-1, which is not among the allowed regions \(eu-central-1, cn-\*\)/],
    },
    {
      what: "by its provider",
      plan: placed(undefined, { provider: "aws", providerSettings: { region: "us-east-1" } }),
      configuration,
      reports: [/us-east-1/],
    },
    {
      what: "a copy",
      plan: [resource("secret", { region: "eu-central-1", replicas: [{ region: "us-east-1" }] })],
      configuration,
      reports: [/us-east-1/],
    },
  ],
  undefinedProperty: [
    { what: "nothing", plan: placed(undefined), configuration },
    { what: "not known yet", plan: placed(unknown, { provider: "aws", providerSettings: { region: "us-east-1" } }), configuration },
  ],
});
