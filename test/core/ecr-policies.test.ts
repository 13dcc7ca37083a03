import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { pullActions, pushActions, renderCiTrust, renderRegistryPolicy, wildcardReasons } from "ha-registry-core";
import type { EcrRegistryShape } from "ha-registry-core";
import { account, everything, pathsOf, policiesOf, region, resolved, statementsOf } from "./support/ecr";
import { hostileText } from "./support/shapes";

// What the policies of an EcrRegistry let whom do. Not proved here: that IAM decides by them as its documentation says.

describe("policies", () => {
  const everyPolicy = policiesOf(resolved(everything));

  it("have a * only where a reason is written down, or behind a prefix that the user gave", () => {
    const used = new Set<string>();
    for (const [of, policy] of Object.entries(everyPolicy))
      for (const { Sid, Principal, Action, Resource } of statementsOf(policy)) {
        const words = [...Action, ...(Resource ?? []), ...(typeof Principal === "string" ? [Principal] : [])];
        const bare = words.filter((each) => each.includes("*") && !/:repository\/(prod\/|made\/|hub\/|other\/ecr\/)\*$/.test(each));
        if (bare.length === 0) continue;
        assert.ok(Object.hasOwn(wildcardReasons, Sid), `${of}: ${Sid} has ${bare.join()}`);
        used.add(Sid);
      }
    assert.deepEqual([...used].sort(), Object.keys(wildcardReasons).sort(), "a reason is written down for nothing");
  });

  it("have statements with names of their own, that IAM takes", () => {
    for (const [of, policy] of Object.entries(everyPolicy)) {
      const names = statementsOf(policy).map(({ Sid }) => Sid);
      assert.equal(new Set(names).size, names.length, of);
      // Of identities, letters and digits alone; ECR's own take hyphens.
      for (const name of names) assert.match(name, of === "registry" ? /^[A-Za-z0-9-]+$/ : /^[A-Za-z0-9]+$/);
    }
  });

  it("of repositories let in who is named, to pull or to push, and nobody else", () => {
    assert.deepEqual(statementsOf(everyPolicy["repository app"]), [
      { Sid: "Pull", Effect: "Allow", Principal: { AWS: ["arn:aws:iam::210987654321:root"] }, Action: [...pullActions] },
      {
        Sid: "Push",
        Effect: "Allow",
        Principal: { AWS: [`arn:aws:iam::${account}:role/build`] },
        Action: [...pullActions, ...pushActions].sort(),
      },
    ]);
    assert.equal(everyPolicy["repository team/web"], undefined);
  });

  it("of the registry let accounts write below their prefixes, and importers fetch into their caches", () => {
    assert.deepEqual(
      statementsOf(everyPolicy["registry"]).map(({ Sid, Action, Resource }) => [Sid, Action, Resource]),
      [
        ["Replicate-staging", ["ecr:CreateRepository", "ecr:ReplicateImage"], [`arn:aws:ecr:${region}:${account}:repository/prod/*`]],
        ["Fetch-hub", ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"], [`arn:aws:ecr:${region}:${account}:repository/hub/*`]],
      ],
    );
    assert.equal(renderRegistryPolicy(resolved(), account), undefined);
  });

  it("of roles of pipelines have exactly the actions on exactly the repositories", () => {
    const arn = (name: string): string => `arn:aws:ecr:${region}:${account}:repository/${name}`;
    assert.deepEqual(
      statementsOf(everyPolicy["role build"]).map(({ Sid, Action, Resource }) => [Sid, Action, Resource]),
      [
        ["LogIn", ["ecr:GetAuthorizationToken"], ["*"]],
        ["Pull", ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], [arn("hub/*"), arn("team/web")]],
        [
          "Push",
          [
            "ecr:BatchCheckLayerAvailability",
            "ecr:BatchGetImage",
            "ecr:CompleteLayerUpload",
            "ecr:GetDownloadUrlForLayer",
            "ecr:InitiateLayerUpload",
            "ecr:PutImage",
            "ecr:UploadLayerPart",
          ],
          [arn("app"), arn("made/*")],
        ],
        ["Create", ["ecr:CreateRepository"], [arn("made/*")]],
        ["Fetch", ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"], [arn("hub/*")]],
        ["Sign", ["signer:GetSigningProfile", "signer:SignPayload"], ["arn:p"]],
      ],
    );
    assert.deepEqual(
      statementsOf(everyPolicy["role review"]).map(({ Sid }) => Sid),
      ["LogIn", "Pull"],
    );
  });

  it("trust only tokens of the named pipelines, made out to AWS", () => {
    const { ciRoles, identityProviders } = resolved({
      ciRoles: {
        build: {
          github: { repository: "acme/app", branches: ["main", "release/*"], tags: ["v*"], environments: ["prod"] },
          gitlab: { project: "acme/team/app", branches: ["main"], tags: ["v*"] },
          push: ["app"],
        },
      },
      identityProviders: { gitlab: { url: "https://gitlab.corp.example", audience: "https://gitlab.corp.example" } },
    });
    const [role] = ciRoles;
    assert.ok(role !== undefined);
    const trust = renderCiTrust(
      role,
      identityProviders.map((provider) => ({ ...provider, arn: `arn of ${provider.forge}` })),
    );
    assert.deepEqual(statementsOf(trust), [
      {
        Sid: "Github",
        Effect: "Allow",
        Principal: { Federated: "arn of github" },
        Action: ["sts:AssumeRoleWithWebIdentity"],
        Condition: {
          StringEquals: { "token.actions.githubusercontent.com:aud": ["sts.amazonaws.com"] },
          StringLike: {
            "token.actions.githubusercontent.com:sub": [
              "repo:acme/app:environment:prod",
              "repo:acme/app:ref:refs/heads/main",
              "repo:acme/app:ref:refs/heads/release/*",
              "repo:acme/app:ref:refs/tags/v*",
            ],
          },
        },
      },
      {
        Sid: "Gitlab",
        Effect: "Allow",
        Principal: { Federated: "arn of gitlab" },
        Action: ["sts:AssumeRoleWithWebIdentity"],
        Condition: {
          StringEquals: { "gitlab.corp.example:aud": ["https://gitlab.corp.example"] },
          StringLike: {
            "gitlab.corp.example:sub": [
              "project_path:acme/team/app:ref_type:branch:ref:main",
              "project_path:acme/team/app:ref_type:tag:ref:v*",
            ],
          },
        },
      },
    ]);
  });

  it("let nobody in by whatever text is given for names, accounts and pipelines", () => {
    fc.assert(
      fc.property(fc.oneof(hostileText, fc.constantFrom("*", "arn:aws:iam::*:root", "*/*", "acme/*")), (text) => {
        const shapes: [Partial<EcrRegistryShape>, string][] = [
          [{ repositories: { app: { access: { pull: [text] } } } }, "repositories.app.access.pull[0]"],
          [{ replicationSources: { a: { accountId: text, prefixes: ["prod"] } } }, "replicationSources.a.accountId"],
          [{ ciRoles: { a: { github: { repository: text, branches: ["main"] }, pull: ["app"] } } }, "ciRoles.a.github.repository"],
          [{ ciRoles: { a: { gitlab: { project: text, branches: ["main"] }, pull: ["app"] } } }, "ciRoles.a.gitlab.project"],
          [{ ciRoles: { a: { github: { repository: "acme/app", branches: ["main"] }, push: [text] } } }, "ciRoles.a.push[0]"],
        ];
        for (const [shape, path] of shapes) assert.ok(pathsOf(shape).includes(path), `${path} takes ${JSON.stringify(text)}`);
      }),
    );
  });
});
