import type { CiRoleTopology, EcrIdentityProviderTopology } from "../topology-ecr";
import { fetchActions, logIn, pullActions, pushActions, renderPolicy, repositoryArn } from "./ecr-policies";
import type { EcrGround, PolicyStatement } from "./ecr-policies";

/** What a role of a pipeline may: log in, pull, push, make and fetch exactly what was said, and sign. */
export function renderCiPolicy(registry: EcrGround, role: CiRoleTopology, accountId: string, profileArn?: string): string {
  const allow = (Sid: string, actions: readonly string[], names: readonly string[]): PolicyStatement[] =>
    names.length === 0
      ? []
      : [{ Sid, Effect: "Allow", Action: [...actions].sort(), Resource: names.map((name) => repositoryArn(registry, accountId, name)) }];
  return renderPolicy([
    logIn,
    ...allow("Pull", pullActions, role.pull),
    ...allow("Push", [...pullActions, ...pushActions], role.push),
    ...allow("Create", ["ecr:CreateRepository"], role.create),
    ...allow("Fetch", fetchActions, role.fetch),
    ...(profileArn === undefined
      ? []
      : [{ Sid: "Sign", Effect: "Allow" as const, Action: ["signer:GetSigningProfile", "signer:SignPayload"], Resource: [profileArn] }]),
  ]);
}

/** A provider that there is. */
export interface KnownProvider extends EcrIdentityProviderTopology {
  /** Under which ARN the account has it. */
  arn: string;
}

/** Who may take a role of a pipeline: those of whom a token of the forge says exactly what was asked for. */
export function renderCiTrust({ subjects }: CiRoleTopology, providers: readonly KnownProvider[]): string {
  return renderPolicy(
    subjects.map(({ forge, subjects: of }) => {
      const provider = providers.find((each) => each.forge === forge);
      if (provider === undefined) throw new Error(`nobody vouches for ${forge}`);
      const host = provider.url.replace("https://", "");
      return {
        Sid: forge === "github" ? "Github" : "Gitlab",
        Effect: "Allow",
        Principal: { Federated: provider.arn },
        Action: ["sts:AssumeRoleWithWebIdentity"],
        Condition: {
          StringEquals: { [`${host}:aud`]: [provider.audience] },
          // StringEquals would take a * for itself.
          StringLike: { [`${host}:sub`]: of },
        },
      };
    }),
  );
}
