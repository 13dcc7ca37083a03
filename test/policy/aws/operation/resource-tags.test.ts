import { resourceTags } from "ha-registry-policy-aws/dist/operation/resource-tags";
import { resource } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const owned = { project: "registry", env: "prod", owner: "platform" };
const tagged = (tags: unknown, further = {}) => [resource("bucket", { tags }, further)];

testPolicy(resourceTags, {
  compliant: [
    { what: "all three", plan: tagged({ ...owned, more: "x" }) },
    {
      what: "some from the provider",
      plan: tagged({ env: "prod" }, { provider: "aws", providerSettings: { defaultTags: { tags: owned } } }),
    },
    {
      what: "all from the provider, as JSON",
      plan: tagged(undefined, { provider: "aws", providerSettings: { defaultTags: JSON.stringify({ tags: owned }) } }),
    },
    { what: "what costs nothing", plan: [resource("rolePolicy")] },
  ],
  violating: [
    { what: "one is missing", plan: tagged({ ...owned, env: undefined }), reports: [/^box: has no tag env:/] },
    { what: "one is empty", plan: tagged({ ...owned, owner: "" }), reports: [/no tag owner:/] },
  ],
  undefinedProperty: [
    { what: "none", plan: tagged(undefined), reports: [/no tag project, env, owner/] },
    { what: "not known yet", plan: tagged({ ...owned, env: unknown }) },
    {
      what: "not known yet, of the provider",
      plan: tagged({}, { provider: "aws", providerSettings: { defaultTags: unknown } }),
    },
  ],
  configured: [{ what: "others", plan: tagged({ "cost-centre": "4711" }), configuration: { required: ["cost-centre"] } }],
});
