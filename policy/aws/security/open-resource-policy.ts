import { mlps, PolicyGroup, securityHub } from "ha-registry-policy-common";
import { awsPolicy } from "../aws-policy";
import { isForEveryone, isNarrowed, statementsOf, titleOf } from "../documents";
import { types } from "../resources";

/** Policies that give rights to everybody: AWS Security Hub S3.2, MLPS 8.1.4.2. */
export const openResourcePolicy = awsPolicy<{ policy?: unknown; repositoryPolicy?: unknown }>(
  {
    name: "open-resource-policy",
    group: PolicyGroup.Security,
    description: "No bucket, repository, key, secret or topic gives rights to everybody.",
    reason: "A principal `*` is every account of AWS, not every one of yours: whoever knows the name has the rights.",
    severity: "critical",
    enforcementLevel: "mandatory",
    mend: "Name accounts or roles in `Principal`, or narrow the statement with a condition, as `aws:PrincipalOrgID` or `aws:SourceVpce`.",
    controls: [securityHub("S3.2"), securityHub("SNS.4"), mlps("8.1.4.2")],
  },
  [
    ...types.bucket,
    ...types.bucketPolicy,
    ...types.repositoryPolicy,
    ...types.repositoryTemplate,
    ...types.key,
    ...types.secret,
    ...types.topic,
    ...types.topicPolicy,
  ],
  ({ properties: { policy, repositoryPolicy } }) =>
    [policy, repositoryPolicy].flatMap((document) =>
      statementsOf(document).flatMap((statement, index) =>
        statement.Effect === "Allow" && isForEveryone(statement) && !isNarrowed(statement)
          ? [`gives rights to every account of AWS (${titleOf(statement, index)}): name principals, or narrow it with a condition`]
          : [],
      ),
    ),
);
