import { openResourcePolicy } from "ha-registry-policy-aws/dist/security/open-resource-policy";
import { document, resource } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const open = { Sid: "Pull", Effect: "Allow", Principal: "*", Action: "ecr:BatchGetImage" };
const repository = (...statements: Record<string, unknown>[]) => [resource("repositoryPolicy", { policy: document(...statements) })];

testPolicy(openResourcePolicy, {
  compliant: [
    { what: "an account", plan: repository({ ...open, Principal: { AWS: "arn:aws:iam::1:root" } }) },
    { what: "a refusal", plan: repository({ ...open, Effect: "Deny" }) },
    { what: "an organization", plan: repository({ ...open, Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1" } } }) },
    { what: "an endpoint", plan: repository({ ...open, Condition: { StringEquals: { "aws:sourceVpce": "vpce-1" } } }) },
    { what: "a service", plan: repository({ ...open, Principal: { Service: "*" } }) },
  ],
  violating: [
    { what: "everyone", plan: repository(open), reports: [/^box: gives rights to every account of AWS \(the statement "Pull"\)/] },
    {
      what: "everyone, as accounts",
      plan: repository({ ...open, Sid: undefined, Principal: { AWS: ["*"] } }),
      reports: [/\(statement 1\)/],
    },
    { what: "all but some", plan: repository({ ...open, Principal: undefined, NotPrincipal: { AWS: "1" } }), reports: [/^box: /] },
    { what: "any address", plan: repository({ ...open, Condition: { IpAddress: { "aws:SourceIp": "0.0.0.0/0" } } }), reports: [/^box: /] },
    {
      what: "all but an endpoint",
      plan: repository({ ...open, Condition: { StringNotEquals: { "aws:sourceVpce": "x" } } }),
      reports: [/^box: /],
    },
    {
      what: "TLS alone",
      plan: [resource("bucketPolicy", { policy: document({ ...open, Condition: { Bool: { "aws:SecureTransport": "true" } } }) })],
      reports: [/^box: /],
    },
    {
      what: "repositories that are made later",
      plan: [resource("repositoryTemplate", { repositoryPolicy: document(open) })],
      reports: [/^box: /],
    },
    { what: "a single statement", plan: [resource("key", { policy: JSON.stringify({ Statement: open }) })], reports: [/^box: /] },
  ],
  undefinedProperty: [
    { what: "no policy", plan: [resource("secret")] },
    { what: "not known yet", plan: [resource("topicPolicy", { policy: unknown })] },
  ],
});
