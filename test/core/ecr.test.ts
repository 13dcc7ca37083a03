import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  EcrCreation,
  EcrScanType,
  EcrUpstream,
  pullActions,
  pushActions,
  renderCiPolicy,
  renderCiTrust,
  renderEcrLifecycle,
  renderEndpointPolicy,
  renderFetchPolicy,
  renderLayersPolicy,
  renderRegistryPolicy,
  renderRepositoryPolicy,
  renderTemplatePolicy,
  resolveEcrTopology,
  wildcardReasons,
} from "ha-registry-core";
import type { EcrRegistryShape, EcrTopology, PolicyStatement, RetentionShape } from "ha-registry-core";
import { expiredBy, fits } from "./support/ecr-lifecycle";
import { problemAt, problemPaths } from "./support/problems";
import { hostileText } from "./support/shapes";

// What ECR is told, and what is refused before. Not proved here: that AWS takes it, and evaluates lifecycle policies as its user guide says.

const region = "eu-central-1";
const account = "123456789012";
const keyArn = `arn:aws:kms:${region}:${account}:key/0a1b`;

const resolved = (shape: Partial<EcrRegistryShape> = {}): EcrTopology =>
  resolveEcrTopology("team", { region, repositories: { app: {} }, ...shape });
const pathsOf = (shape: Partial<EcrRegistryShape>): string[] => problemPaths(() => resolved(shape));
const statementsOf = (policy: string | undefined): PolicyStatement[] =>
  policy === undefined ? [] : (JSON.parse(policy) as { Statement: PolicyStatement[] }).Statement;

/** A registry with everything that has a policy. */
const everything: Partial<EcrRegistryShape> = {
  repositories: { app: { access: { pull: ["210987654321"], push: [`arn:aws:iam::${account}:role/build`] } }, "team/web": {} },
  creationTemplates: { ROOT: {}, made: {} },
  replicationSources: { staging: { accountId: "210987654321", prefixes: ["prod/"] } },
  pullThroughCaches: {
    hub: { upstream: EcrUpstream.DockerHub, username: "acme", importers: [account] },
    "other/ecr": { upstream: EcrUpstream.Ecr, upstreamUrl: "210987654321.dkr.ecr.us-east-1.amazonaws.com", fromOtherAccount: true },
  },
  network: {
    vpcId: "vpc-0a1b2c3d",
    cidrs: ["10.0.0.0/16"],
    privateSubnetIds: ["subnet-0a1b2c3d"],
    routeTableIds: ["rtb-0a1b2c3d"],
    buckets: ["*"],
  },
  ciRoles: {
    build: { github: { repository: "acme/app", branches: ["main"] }, push: ["app", "made/*"], pull: ["team/web", "hub/*"], sign: true },
    review: { gitlab: { project: "acme/app", branches: ["*"] }, pull: ["app"] },
  },
  signing: {},
};

/** Every policy of a registry, by what it is of. */
function policiesOf(registry: EcrTopology): Record<string, string | undefined> {
  const { network } = registry;
  return {
    ...Object.fromEntries(registry.repositories.map(({ name, access }) => [`repository ${name}`, renderRepositoryPolicy(access)])),
    ...Object.fromEntries(registry.creationTemplates.map(({ prefix, access }) => [`template ${prefix}`, renderRepositoryPolicy(access)])),
    registry: renderRegistryPolicy(registry, account),
    templates: renderTemplatePolicy(registry, account, keyArn),
    ...Object.fromEntries(
      registry.pullThroughCaches
        .filter(({ otherAccount }) => otherAccount !== undefined)
        .map((cache) => [`upstream of ${cache.prefix}`, renderFetchPolicy(registry, cache, account)]),
    ),
    ...(network === undefined ? {} : { endpoint: renderEndpointPolicy(registry, account), layers: renderLayersPolicy(registry, network) }),
    ...Object.fromEntries(
      registry.ciRoles.map((role) => [`role ${role.name}`, renderCiPolicy(registry, role, account, role.sign ? "arn:p" : undefined)]),
    ),
  };
}

describe("the resolved registry", () => {
  it("has a default for everything but its region and what is in it", () => {
    const { repositories, creationTemplates, replication, pullThroughCaches, ciRoles, identityProviders, dataProtection, ...rest } =
      resolved();
    assert.deepEqual(repositories, [
      { name: "app", immutableTags: true, mutableTags: [], access: { pull: [], push: [] }, scanOnPush: true },
    ]);
    assert.deepEqual([creationTemplates, replication, pullThroughCaches, ciRoles, identityProviders], [[], [], [], [], []]);
    assert.equal(dataProtection, true);
    assert.deepEqual(
      [rest.scanning, rest.network, rest.existingKeyArn, rest.signatureMonths],
      [undefined, undefined, undefined, undefined],
    );
  });

  it("is the same in whatever order its parts are given", () => {
    const turned = (value: unknown): unknown =>
      typeof value !== "object" || value === null || Array.isArray(value)
        ? value
        : Object.fromEntries(
            Object.entries(value)
              .reverse()
              .map(([key, each]) => [key, turned(each)]),
          );
    assert.equal(
      JSON.stringify(policiesOf(resolved(turned(everything) as typeof everything))),
      JSON.stringify(policiesOf(resolved(everything))),
    );
  });

  it("is in the partition of its region", () => {
    const china = resolved({ region: "cn-north-1", repositories: { app: { access: { pull: [account] } } } });
    assert.deepEqual([china.partition, china.dnsSuffix], ["aws-cn", "amazonaws.com.cn"]);
    assert.match(
      renderRepositoryPolicy(china.repositories[0]?.access ?? { pull: [], push: [] }) ?? "",
      /"arn:aws-cn:iam::123456789012:root"/,
    );
    assert.equal(resolved({ region: "us-gov-west-1" }).partition, "aws-us-gov");
  });

  it("gives each cache a template, since what ECR makes is to have the same key, and lets its tags move", () => {
    const { creationTemplates } = resolved({
      pullThroughCaches: { k8s: { upstream: EcrUpstream.Kubernetes }, quay: { upstream: EcrUpstream.Quay } },
      creationTemplates: { quay: { access: { pull: ["210987654321"] } } },
    });
    assert.deepEqual(
      creationTemplates.map(({ prefix, appliesTo, immutableTags, access }) => [prefix, appliesTo, immutableTags, access.pull.length]),
      [
        ["k8s", [EcrCreation.PullThroughCache], false, 0],
        ["quay", [EcrCreation.PullThroughCache], false, 1],
      ],
    );
  });
});

describe("lifecycle policies", () => {
  const policyOf = (garbageCollection: EcrRegistryShape["garbageCollection"]): string => {
    const lifecycle = resolved({ garbageCollection }).repositories[0]?.lifecycle;
    assert.ok(lifecycle !== undefined, "nothing goes");
    return renderEcrLifecycle(lifecycle);
  };

  it("are there only when they are asked for", () => {
    assert.equal(resolved().repositories[0]?.lifecycle, undefined);
    assert.equal(resolved({ garbageCollection: {} }).repositories[0]?.lifecycle, undefined);
    assert.equal(
      resolved({ garbageCollection: { retention: { web: { repositories: "web/*", keepLast: 1 } } } }).repositories[0]?.lifecycle,
      undefined,
    );
  });

  it("go by the first rule that fits, in the order of names, as on other substrates", () => {
    const retention = { "1-prod": { repositories: "prod/*", keepDays: 90 }, "2-rest": { keepLast: 5 } };
    const { repositories } = resolved({ repositories: { "prod/app": {}, app: {} }, garbageCollection: { retention } });
    assert.deepEqual(
      repositories.map(({ name, lifecycle }) => [name, lifecycle?.keepLast, lifecycle?.keepDays]),
      [
        ["app", 5, undefined],
        ["prod/app", undefined, 90],
      ],
    );
  });

  it("have rules with priorities that rise, and one pattern each", () => {
    const policy = policyOf({
      deleteUntagged: true,
      untaggedDays: 3,
      retention: { all: { keepLast: 5, keepTags: ["v*", "latest", "v*"] } },
    });
    const { rules } = JSON.parse(policy) as {
      rules: { rulePriority: number; selection: { tagPatternList?: string[] }; action: unknown }[];
    };
    assert.deepEqual(
      rules.map(({ rulePriority, selection, action }) => [rulePriority, selection.tagPatternList, action]),
      [["latest"], ["sha256-*"], ["v*"], ["*"], undefined].map((patterns, index) => [index + 1, patterns, { type: "expire" }]),
    );
  });

  it("take exactly what the arguments say, of any images", () => {
    const tag = fc.constantFrom("latest", "v1", "v2", "dev-1", "dev-2", "prod-1", "sha256-0a.sig");
    const image = fc.record({ tags: fc.uniqueArray(tag, { maxLength: 2 }), ageDays: fc.integer({ min: 0, max: 40 }) });
    const rule = fc.oneof(
      fc.record({ keepLast: fc.integer({ min: 1, max: 6 }), keepTags: fc.subarray(["v*", "latest", "prod-*"]) }),
      fc.record({ keepDays: fc.integer({ min: 1, max: 30 }), keepTags: fc.subarray(["v*", "latest", "prod-*"]) }),
    );
    const images = fc.uniqueArray(image, { selector: ({ ageDays }) => ageDays, maxLength: 20 });
    fc.assert(
      fc.property(
        images,
        rule,
        fc.boolean(),
        fc.integer({ min: 1, max: 20 }),
        (pushed, retention: RetentionShape, deleteUntagged, untaggedDays) => {
          const expired = expiredBy(
            policyOf({ deleteUntagged, ...(deleteUntagged ? { untaggedDays } : {}), retention: { all: retention } }),
            pushed,
          );
          const tagged = pushed.filter(({ tags }) => tags.length > 0).sort((a, b) => a.ageDays - b.ageDays);
          const always = [...(retention.keepTags ?? []), "sha256-*"];
          for (const each of pushed) {
            const stays =
              each.tags.length === 0
                ? !deleteUntagged || each.ageDays <= untaggedDays
                : each.tags.some((name) => always.some((pattern) => fits(name, pattern))) ||
                  (retention.keepLast === undefined
                    ? each.ageDays <= (retention.keepDays ?? 0)
                    : tagged.indexOf(each) < retention.keepLast);
            assert.equal(!expired.has(each), stays, JSON.stringify(each));
          }
        },
      ),
    );
  });

  it("refuse what ECR cannot say", () => {
    const retention = {
      both: { keepLast: 1, keepDays: 1 },
      none: { keepTags: ["v*"] },
      patterns: { keepLast: 1, keepTags: ["*", "a*b*c*d*e*", "a b"] },
      repositories: { repositories: "Team/*", keepLast: 1 },
    };
    assert.deepEqual(pathsOf({ garbageCollection: { untaggedDays: 2, retention } }), [
      "garbageCollection.retention.both",
      "garbageCollection.retention.none",
      "garbageCollection.retention.patterns.keepTags[0]",
      "garbageCollection.retention.patterns.keepTags[1]",
      "garbageCollection.retention.patterns.keepTags[2]",
      "garbageCollection.retention.repositories.repositories",
      "garbageCollection.untaggedDays",
    ]);
  });

  it("of templates go by a rule that fits all that they make, and refuse one that fits some", () => {
    const lifecyclesOf = (prefixes: string[], pattern: string) =>
      Object.fromEntries(
        resolved({
          creationTemplates: Object.fromEntries(prefixes.map((prefix) => [prefix, {}])),
          garbageCollection: { retention: { rule: { repositories: pattern, keepLast: 3 } } },
        }).creationTemplates.map(({ prefix, lifecycle }) => [prefix, lifecycle?.keepLast]),
      );
    assert.deepEqual(lifecyclesOf(["ROOT", "team"], "*"), { ROOT: 3, team: 3 });
    assert.deepEqual(lifecyclesOf(["ROOT", "team"], "team/*"), { ROOT: undefined, team: 3 });
    assert.deepEqual(lifecyclesOf(["team", "team/web"], "team/web/*"), { team: undefined, "team/web": 3 });
    assert.deepEqual(lifecyclesOf(["team"], "app"), { team: undefined });
    assert.deepEqual(lifecyclesOf(["team"], "other/*"), { team: undefined });
    for (const [prefixes, pattern] of [
      [["team"], "team/web/*"],
      [["ROOT"], "team/*"],
      [["team"], "*-dev"],
      [["team"], "team/web"],
    ] as const)
      assert.throws(() => lifecyclesOf([...prefixes], pattern), /may fit some of the repositories/, `${prefixes.join()} ${pattern}`);
  });
});

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

describe("wrong arguments", () => {
  it("are all told at once", () => {
    assert.deepEqual(
      pathsOf({
        region: "eu-central-9",
        tags: { "aws:x": "1" },
        encryption: { existingKeyArn: "alias/mine" },
        repositories: { "Team/App": {}, app: { mutableTags: ["*", "a*b*c*", "ok-*"], access: { push: ["*"] } } },
        scanning: { type: EcrScanType.Basic, continuous: ["*"] },
        signing: { validityMonths: 136 },
      }),
      [
        "region",
        "encryption.existingKeyArn",
        "tags.aws:x",
        "repositories.Team/App",
        "repositories.app.mutableTags[0]",
        "repositories.app.mutableTags[1]",
        "repositories.app.access.push[0]",
        "scanning.continuous",
        "signing.validityMonths",
      ],
    );
  });

  it("are a registry with nothing in it, and a key of another region", () => {
    assert.deepEqual(pathsOf({ repositories: {} }), ["repositories"]);
    assert.deepEqual(pathsOf({ encryption: { existingKeyArn: keyArn.replace(region, "us-east-1") } }), ["encryption.existingKeyArn"]);
    assert.deepEqual(pathsOf({ encryption: { existingKeyArn: keyArn }, repositories: {}, creationTemplates: { team: {} } }), [
      "encryption.existingKeyArn",
    ]);
  });

  it("are patterns of tags without effect, or more than ECR takes", () => {
    const mutableTags = ["a*", "b*", "c*", "d*", "e*", "f*"];
    assert.deepEqual(pathsOf({ repositories: { app: { mutableTags } } }), ["repositories.app.mutableTags"]);
    assert.deepEqual(pathsOf({ repositories: { app: { immutableTags: false, mutableTags: ["a*"] } } }), ["repositories.app.mutableTags"]);
  });

  it("are copies to where the images are already, or twice to the same place", () => {
    const to = (...regions: string[]) => regions.map((each) => ({ region: each }));
    assert.deepEqual(
      pathsOf({
        replication: {
          empty: { destinations: [] },
          home: { destinations: to(region) },
          twice: { destinations: to("us-east-1", "us-east-1"), prefixes: ["a"] },
          unknown: { destinations: [{ region: "us-east-9", accountId: "1" }], prefixes: [] },
        },
      }),
      [
        "replication.empty.destinations",
        "replication.home.destinations[0].region",
        "replication.twice.destinations[1]",
        "replication.unknown.destinations[0].region",
        "replication.unknown.destinations[0].accountId",
        "replication.unknown.prefixes",
      ],
    );
    assert.deepEqual(pathsOf({ replication: { a: { destinations: [{ region, accountId: account }] } } }), []);
    const both = (first: string[] | undefined, second: string[] | undefined) =>
      pathsOf({
        replication: { a: { destinations: to("us-east-1"), prefixes: first }, b: { destinations: to("us-east-1"), prefixes: second } },
      });
    assert.deepEqual(both(["prod"], ["dev"]), []);
    assert.deepEqual(both(["prod"], ["prod/app"]), ["replication.b.destinations[0]"]);
    assert.deepEqual(both(undefined, ["dev"]), ["replication.b.destinations[0]"]);
    const many = Object.fromEntries(
      Array.from({ length: 11 }, (_, index) => [`r${index}`, { destinations: to("us-east-1"), prefixes: [`p${index}z`] }]),
    );
    assert.deepEqual(pathsOf({ replication: many }), ["replication"]);
  });

  it("are upstreams without the login that they want, or with one that they do not", () => {
    assert.deepEqual(
      pathsOf({
        pullThroughCaches: {
          azure: { upstream: EcrUpstream.Azure, username: "u", upstreamUrl: "https://team.azurecr.io" },
          hub: { upstream: EcrUpstream.DockerHub },
          k8s: { upstream: EcrUpstream.Kubernetes, username: "u" },
          nobody: { upstream: "docker" as EcrUpstream },
          quay: { upstream: EcrUpstream.Quay, upstreamUrl: "quay.io", upstreamPrefix: "a/b", fromOtherAccount: true },
          ["x".repeat(31)]: { upstream: EcrUpstream.Quay, importers: ["*"] },
        },
        creationTemplates: { k8s: { appliesTo: [EcrCreation.Push] } },
        repositories: { "quay/app": {} },
      }),
      [
        "pullThroughCaches.azure.upstreamUrl",
        "pullThroughCaches.hub.username",
        "creationTemplates.k8s.appliesTo",
        "pullThroughCaches.k8s.username",
        "pullThroughCaches.nobody.upstream",
        "repositories.quay/app",
        "pullThroughCaches.quay.upstreamUrl",
        "pullThroughCaches.quay.upstreamPrefix",
        "pullThroughCaches.quay.fromOtherAccount",
        `pullThroughCaches.${"x".repeat(31)}`,
        `pullThroughCaches.${"x".repeat(31)}.importers[0]`,
      ],
    );
  });

  it("are endpoints that anybody reaches, or that nobody does", () => {
    assert.deepEqual(
      pathsOf({
        network: { vpcId: "my-vpc", cidrs: ["0.0.0.0/0", "::/0", "10.0.0.0/8", "10.0.0.0/8"], privateSubnetIds: [], buckets: ["a"] },
      }),
      [
        "network.vpcId",
        "network.cidrs[0]",
        "network.cidrs[1]",
        "network.cidrs[3]",
        "network.privateSubnetIds",
        "network.buckets[0]",
        "network.buckets",
      ],
    );
  });

  it("are roles that nobody can take, that anybody could push by, or that are for what there is not", () => {
    const github = { repository: "acme/app", branches: ["main"] };
    assert.deepEqual(
      pathsOf({
        pullThroughCaches: { k8s: { upstream: EcrUpstream.Kubernetes } },
        ciRoles: {
          anybody: { github: { repository: "acme/app", pullRequests: true }, push: ["app"] },
          cache: { github, push: ["k8s/*"] },
          idle: { github },
          nobody: { pull: ["app"] },
          none: { github: { repository: "acme/app" }, pull: ["other"] },
          refs: { github: { repository: "acme/app", branches: ["a b", "a:b", "a?"] }, pull: ["app"], sign: true, sessionHours: 13 },
        },
        identityProviders: { gitlab: {}, github: { existingArn: `arn:aws:iam::${account}:oidc-provider/gitlab.com` } },
      }),
      [
        "ciRoles.anybody.github.pullRequests",
        "ciRoles.cache.push[0]",
        "ciRoles.idle",
        "ciRoles.nobody",
        "ciRoles.none.github",
        "ciRoles.none.pull[0]",
        "ciRoles.refs.sessionHours",
        "ciRoles.refs.sign",
        "ciRoles.refs.github.branches[0]",
        "ciRoles.refs.github.branches[1]",
        "ciRoles.refs.github.branches[2]",
        "identityProviders.github.existingArn",
        "identityProviders.gitlab",
      ],
    );
    const many = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`team/application-${index}`, {}]));
    const problem = problemAt("ciRoles.build", () =>
      resolved({ repositories: many, ciRoles: { build: { github, push: Object.keys(many) } } }),
    );
    assert.match(problem, /IAM takes 10240/);
  });
});
