import { roleTrust } from "ha-registry-policy-aws/dist/security/role-trust";
import { document, resource } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const issuer = "token.actions.githubusercontent.com";
const pipeline = {
  Effect: "Allow",
  Action: "sts:AssumeRoleWithWebIdentity",
  Principal: { Federated: `arn:aws:iam::1:oidc-provider/${issuer}` },
};
const trusting = (statement: Record<string, unknown>) => [
  resource("role", { assumeRolePolicy: document({ Effect: "Allow", Action: "sts:AssumeRole", ...statement }) }),
];

testPolicy(roleTrust, {
  compliant: [
    { what: "tasks", plan: trusting({ Principal: { Service: "ecs-tasks.amazonaws.com" } }) },
    {
      what: "a project",
      plan: trusting({ ...pipeline, Condition: { StringLike: { [`${issuer}:sub`]: "repo:corp/app:ref:refs/heads/*" } } }),
    },
    { what: "an organization", plan: trusting({ Principal: { AWS: "*" }, Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1" } } }) },
    { what: "a refusal", plan: trusting({ Effect: "Deny", Principal: "*" }) },
  ],
  violating: [
    { what: "everyone", plan: trusting({ Principal: "*" }), reports: [/^box: is taken by whoever wants to/] },
    {
      what: "every project",
      plan: trusting({ ...pipeline, Condition: { StringEquals: { [`${issuer}:aud`]: "sts.amazonaws.com" } } }),
      reports: [/same issuer/],
    },
    {
      what: "every project, by a pattern",
      plan: trusting({ ...pipeline, Condition: { StringLike: { [`${issuer}:sub`]: "repo:*" } } }),
      reports: [/same issuer/],
    },
    {
      what: "all but a project",
      plan: trusting({ ...pipeline, Condition: { StringNotEquals: { [`${issuer}:sub`]: "repo:corp/app" } } }),
      reports: [/same issuer/],
    },
  ],
  undefinedProperty: [
    { what: "nothing", plan: [resource("role")] },
    { what: "not known yet", plan: [resource("role", { assumeRolePolicy: unknown })] },
  ],
});
