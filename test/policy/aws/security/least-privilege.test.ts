import { leastPrivilege } from "ha-registry-policy-aws/dist/security/least-privilege";
import { document, resource } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const allowing = (statement: Record<string, unknown>) => [
  resource("rolePolicy", {
    policy: document({ Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::images/*", ...statement }),
  }),
];
const attached = (policyArn: unknown) => [resource("policyAttachment", { policyArn })];

testPolicy(leastPrivilege, {
  compliant: [
    { what: "what is needed", plan: allowing({}) },
    { what: "all of a kind of requests", plan: allowing({ Action: "s3:Get*" }) },
    {
      what: "what AWS knows no resource for",
      plan: allowing({ Action: ["ecr:GetAuthorizationToken", "ec2:DescribeSubnets"], Resource: "*" }),
    },
    { what: "a refusal of everything", plan: allowing({ Effect: "Deny", Action: "*", Resource: "*" }) },
    { what: "a policy of AWS's for a purpose", plan: attached("arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy") },
    { what: "a policy of one's own", plan: attached("arn:aws:iam::1:policy/AdministratorAccess") },
  ],
  violating: [
    { what: "everything", plan: allowing({ Action: "*", Resource: "*" }), reports: [/^box: may do everything \(\* in statement 1\)/] },
    { what: "everything of a service", plan: allowing({ Action: ["s3:*", "s3:GetObject"] }), reports: [/may do everything \(s3:\* in/] },
    {
      what: "every resource",
      plan: allowing({ Sid: "Read", Resource: ["*"] }),
      reports: [/has rights to every resource \(s3:GetObject in the statement "Read"\)/],
    },
    { what: "all but some actions", plan: allowing({ Action: undefined, NotAction: "iam:*" }), reports: [/`NotAction`/] },
    { what: "all but some resources", plan: allowing({ Resource: undefined, NotResource: "x" }), reports: [/`NotResource`/] },
    {
      what: "a policy inside the role",
      plan: [resource("role", { inlinePolicies: [{ policy: document({ Effect: "Allow", Action: "kms:*", Resource: "x" }) }] })],
      reports: [/kms:\*/],
    },
    {
      what: "administrators",
      plan: attached("arn:aws:iam::aws:policy/AdministratorAccess"),
      reports: [/has AWS's policy AdministratorAccess/],
    },
    {
      what: "everything of a service, in China",
      plan: [resource("role", { managedPolicyArns: ["arn:aws-cn:iam::aws:policy/AmazonS3FullAccess"] })],
      reports: [/AmazonS3FullAccess/],
    },
  ],
  undefinedProperty: [
    { what: "no policy", plan: [resource("role")] },
    { what: "not known yet", plan: [resource("policy", { policy: unknown })] },
  ],
  configured: [
    {
      what: "further actions without resources",
      plan: allowing({ Action: "sqs:ListQueues", Resource: "*" }),
      configuration: { withoutResource: ["sqs:List*"] },
    },
    {
      what: "further policies",
      plan: attached("arn:aws:iam::aws:policy/ReadOnlyAccess"),
      configuration: { refusedPolicies: ["ReadOnlyAccess"] },
      reports: [/ReadOnly/],
    },
  ],
});
