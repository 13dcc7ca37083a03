import { matches, mlps, PolicyGroup, securityHub, type CommonSettings } from "ha-registry-policy-common";
import { awsPolicy } from "../aws-policy";
import { listed, statementsOf, titleOf, type Statement } from "../documents";
import { types } from "../resources";

interface Settings extends CommonSettings {
  refusedPolicies: string[];
  withoutResource: string[];
}

/** What has a policy of an identity, or names one of AWS's. */
interface Identity {
  inlinePolicies?: { policy?: unknown }[];
  managedPolicyArns?: string[];
  policy?: unknown;
  policyArn?: string;
}

/** Rights to everything: AWS Security Hub IAM.1 and IAM.21. */
export const leastPrivilege = awsPolicy<Identity, Settings>(
  {
    name: "least-privilege",
    group: PolicyGroup.Security,
    description: "No role may do everything (`*`), or something to everything, and none has a policy of administrators.",
    reason:
      "Who gets into a task has its role. With `s3:*` that is deleting the bucket's versions and its policy, with `*` the account; the registry needs a handful of actions on one bucket.",
    severity: "critical",
    enforcementLevel: "mandatory",
    mend: "Name actions and resources. `*` is well as the resource of actions that AWS knows no resources for alone.",
    controls: [securityHub("IAM.1"), securityHub("IAM.21"), mlps("8.1.4.2")],
    configuration: {
      refusedPolicies: {
        type: "array",
        items: { type: "string" },
        description: "Names of AWS's policies that are refused",
        default: ["AdministratorAccess*", "PowerUserAccess", "IAMFullAccess", "*FullAccess"],
      },
      withoutResource: {
        type: "array",
        items: { type: "string" },
        description: "Actions that AWS knows no resources for, so that `*` is the only one to name",
        default: [
          "cloudwatch:PutMetricData",
          "ec2:Describe*",
          "ecr:GetAuthorizationToken",
          "ecs:DescribeTaskDefinition",
          "logs:DescribeLogGroups",
          "s3:ListAllMyBuckets",
          "ssmmessages:*",
          "sts:GetCallerIdentity",
          "xray:Put*",
        ],
      },
    },
  },
  [...types.role, ...types.rolePolicy, ...types.policy, ...types.policyAttachment, ...types.userPolicy],
  ({ properties: { inlinePolicies = [], managedPolicyArns = [], policy, policyArn } }, settings) => {
    const documents = [policy, ...inlinePolicies.map((inline) => inline.policy)];
    const managed = [...managedPolicyArns, ...(policyArn === undefined ? [] : [policyArn])].flatMap(
      (arn) => /:aws:policy\/(?:.*\/)?(.+)$/.exec(arn)?.[1] ?? [],
    );
    return [
      ...documents.flatMap((document) => statementsOf(document).flatMap((statement, index) => problemsOf(statement, index, settings))),
      ...managed
        .filter((name) => settings.refusedPolicies.some((pattern) => matches(name, pattern)))
        .map((name) => `has AWS's policy ${name}: give a policy of its own, with what is needed`),
    ];
  },
);

function problemsOf(statement: Statement, index: number, { withoutResource }: Settings): string[] {
  if (statement.Effect !== "Allow") return [];
  const [actions, resources] = [listed(statement.Action), listed(statement.Resource)];
  const title = titleOf(statement, index);
  const allowed = (action: string): boolean => withoutResource.some((pattern) => matches(action, pattern));
  const wide = actions.filter((action) => (action === "*" || action.endsWith(":*")) && !allowed(action));
  const unbound = resources.includes("*") ? actions.filter((action) => !wide.includes(action) && !allowed(action)) : [];
  return [
    ...(statement.NotAction === undefined ? [] : [`may do everything but a few things (${title}): name actions instead of \`NotAction\``]),
    ...(statement.NotResource === undefined
      ? []
      : [`has rights to everything but a few things (${title}): name resources instead of \`NotResource\``]),
    ...(wide.length === 0 ? [] : [`may do everything (${wide.join(", ")} in ${title}): name the actions that are needed`]),
    ...(unbound.length === 0 ? [] : [`has rights to every resource (${unbound.join(", ")} in ${title}): name the resources`]),
  ];
}
