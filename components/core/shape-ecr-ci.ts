/** Who tells AWS that a pipeline is what it says. */
export interface EcrIdentityProvidersShape {
  /** GitHub. @default - token.actions.githubusercontent.com, made when a role needs it */
  github?: EcrIdentityProviderShape;
  /** GitLab. @default - gitlab.com, made when a role needs it */
  gitlab?: EcrIdentityProviderShape;
}

/** An OpenID Connect provider of an account, which has one at the most for each URL, in all regions together. */
export interface EcrIdentityProviderShape {
  /** Its URL. @default - that of github.com or gitlab.com */
  url?: string;
  /** What tokens are made out to. @default "sts.amazonaws.com" */
  audience?: string;
  /** ARN of the provider, where the account has it already: it is used, and never changed. @default - it is made */
  existingArn?: string;
}

/** A role that a pipeline takes by OIDC. It may do what is said here, and nothing else. */
export interface CiRoleShape {
  /** Pipelines on GitHub that may take it. */
  github?: GithubPipelineShape;
  /** Pipelines on GitLab that may take it. */
  gitlab?: GitlabPipelineShape;
  /** Repositories that it may pull from; `team/*` is for all that the template or pull-through cache of `team` makes. @default - none */
  pull?: string[];
  /** Repositories that it may push to and pull from. @default - none */
  push?: string[];
  /** Whether it may sign with the profile of `signing`. @default false */
  sign?: boolean;
  /** How long it lasts before the pipeline has to ask again, hours. @default 1 */
  sessionHours?: number;
}

/** Pipelines of a repository on GitHub; at least one of branches, tags, environments and pull requests has to be named. */
export interface GithubPipelineShape {
  /** Owner and name, as `acme/app`. */
  repository: string;
  /** Branches; `*` stands for any characters, as in `release/*`. @default - none */
  branches?: string[];
  /** Git tags; `*` stands for any characters. @default - none */
  tags?: string[];
  /** Environments of deployments. @default - none */
  environments?: string[];
  /** Whether pipelines of pull requests may, too. Such a role cannot push. @default false */
  pullRequests?: boolean;
}

/** Pipelines of a project on GitLab; at least one of branches and tags has to be named. */
export interface GitlabPipelineShape {
  /** Path with its groups, as `acme/team/app`. */
  project: string;
  /** Branches; `*` stands for any characters. @default - none */
  branches?: string[];
  /** Git tags; `*` stands for any characters. @default - none */
  tags?: string[];
}
