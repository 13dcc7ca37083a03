import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  EcrCreation,
  EcrScanType,
  EcrUpstream,
  RegistryError,
  renderEcrLifecycle,
  renderRepositoryPolicy,
  resolveEcrTopology,
} from "ha-registry-core";
import type { EcrRegistryShape, RetentionShape } from "ha-registry-core";
import { account, everything, keyArn, pathsOf, policiesOf, region, resolved } from "./support/ecr";
import { expiredBy, fits } from "./support/ecr-lifecycle";
import { problemAt } from "./support/problems";
import { hostileText } from "./support/shapes";

// What ECR is told, and what is refused before. Not proved here: that AWS takes it, and evaluates lifecycle policies as its user guide says.

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
    assert.deepEqual(
      pathsOf({
        replication: {
          empty: { regions: [] },
          home: { regions: [region] },
          twice: { regions: ["us-east-1", "us-east-1"], prefixes: ["a"] },
          unknown: { regions: ["us-east-9"], accountId: "1", prefixes: [] },
        },
      }),
      [
        "replication.empty.regions",
        "replication.home.regions[0]",
        "replication.twice.regions[1]",
        "replication.unknown.accountId",
        "replication.unknown.regions[0]",
        "replication.unknown.prefixes",
      ],
    );
    assert.deepEqual(pathsOf({ replication: { a: { regions: [region], accountId: account } } }), []);
    const both = (first: string[] | undefined, second: string[] | undefined) =>
      pathsOf({ replication: { a: { regions: ["us-east-1"], prefixes: first }, b: { regions: ["us-east-1"], prefixes: second } } });
    assert.deepEqual(both(["prod"], ["dev"]), []);
    assert.deepEqual(both(["prod"], ["prod/app"]), ["replication.b.regions[0]"]);
    assert.deepEqual(both(undefined, ["dev"]), ["replication.b.regions[0]"]);
    const many = Object.fromEntries(
      Array.from({ length: 11 }, (_, index) => [`r${index}`, { regions: ["us-east-1"], prefixes: [`p${index}z`] }]),
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
          nobody: { upstream: JSON.parse('"docker"') as EcrUpstream },
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

  it("are refused whatever they are, in words for users, by callers without types, too", () => {
    const values = fc.oneof(hostileText, fc.constantFrom<unknown>(0, 7, -1, NaN, true));
    fc.assert(
      fc.property(fc.constantFrom(...leavesOf(everything)), values, (path, value) => {
        try {
          policiesOf(resolveEcrTopology("team", { region, ...(replaced(everything, path, value) as typeof everything) }));
        } catch (error) {
          assert.ok(error instanceof RegistryError, `${path.join(".")} = ${JSON.stringify(value)}: ${String(error)}`);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

/** Paths of everything that is no group and no list. */
function leavesOf(value: unknown): string[][] {
  if (typeof value !== "object" || value === null) return [[]];
  return Object.entries(value).flatMap(([key, each]) => leavesOf(each).map((path) => [key, ...path]));
}

/** `value` with another leaf at a path. */
function replaced(value: unknown, [key, ...path]: readonly string[], leaf: unknown): unknown {
  if (key === undefined) return leaf;
  if (Array.isArray(value)) return value.map((each: unknown, index) => (String(index) === key ? replaced(each, path, leaf) : each));
  return Object.fromEntries(
    Object.entries(value as object).map(([name, each]) => [name, name === key ? replaced(each, path, leaf) : each]),
  );
}
