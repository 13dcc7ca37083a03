import { tagImmutability } from "ha-registry-policy-aws/dist/supply-chain/tag-immutability";
import { resource } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const repository = (imageTagMutability?: unknown) => [resource("repository", { imageTagMutability })];

testPolicy(tagImmutability, {
  compliant: [
    { what: "all stay", plan: repository("IMMUTABLE") },
    {
      what: "a cache follows its upstream",
      plan: [resource("repositoryTemplate", { imageTagMutability: "MUTABLE", appliedFors: ["PULL_THROUGH_CACHE"] })],
    },
    { what: "all but some", plan: repository("IMMUTABLE_WITH_EXCLUSION") },
  ],
  violating: [
    { what: "none stays", plan: repository("MUTABLE"), reports: [/^box: lets tags be moved/] },
    {
      what: "in repositories that are made later",
      plan: [resource("repositoryTemplate", { imageTagMutability: "MUTABLE" })],
      reports: [/^box: /],
    },
  ],
  undefinedProperty: [
    { what: "nothing", plan: repository(), reports: [/^box: /] },
    { what: "not known yet", plan: repository(unknown) },
  ],
});
