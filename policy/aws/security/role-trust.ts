import { mlps, PolicyGroup } from "ha-registry-policy-common";
import { awsPolicy } from "../aws-policy";
import { isForEveryone, isNarrowed, listed, statementsOf, titleOf, type Statement } from "../documents";
import { types } from "../resources";

/** Roles that strangers take: the IAM guide on roles for GitHub's and GitLab's tokens. */
export const roleTrust = awsPolicy<{ assumeRolePolicy?: unknown }>(
  {
    name: "role-trust",
    group: PolicyGroup.Security,
    description: "Roles are taken by those alone that somebody named; by pipelines only of named projects.",
    reason:
      "A role that trusts GitHub's tokens without saying whose (`sub`) is everyone's who has a repository there, and with it the right to push what production runs.",
    severity: "critical",
    enforcementLevel: "mandatory",
    mend: "Name accounts, roles or services in `Principal`; for OpenID Connect add conditions on `sub`, with the project and branch, and on `aud`.",
    controls: [mlps("8.1.4.1"), mlps("8.1.4.2")],
  },
  types.role,
  ({ properties: { assumeRolePolicy } }) =>
    statementsOf(assumeRolePolicy).flatMap((statement, index) => {
      if (statement.Effect !== "Allow") return [];
      const title = titleOf(statement, index);
      if (isForEveryone(statement)) return isNarrowed(statement) ? [] : [`is taken by whoever wants to (${title}): name principals`];
      return isFederated(statement) && !namesSubject(statement)
        ? [`is taken by whoever has a token of the same issuer (${title}): add a condition on \`sub\`, with the project`]
        : [];
    }),
);

/** Whether a statement trusts tokens of an OpenID Connect provider. */
function isFederated({ Action, Principal }: Statement): boolean {
  return typeof Principal === "object" && Principal["Federated"] !== undefined && listed(Action).includes("sts:AssumeRoleWithWebIdentity");
}

function namesSubject({ Condition = {} }: Statement): boolean {
  const values = Object.entries(Condition)
    .filter(([operator]) => !/not/i.test(operator))
    .flatMap(([, keys]) => Object.entries(keys))
    .filter(([key]) => /:(?:sub|job_workflow_ref|repository|project_path)$/.test(key))
    .flatMap(([, value]) => [value].flat().map(String));
  return values.length > 0 && !values.some((value) => /^(?:repo:|project_path:)?\*/.test(value));
}
