import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { secret } from "@pulumi/pulumi";
import { EcrRegistry } from "ha-registry-aws";
import type { EcrRegistryArgs } from "ha-registry-aws";
import { EcrCreation, EcrScanType, EcrUpstream, RegistryError } from "ha-registry-core";
import { record, recordFailure, valueOf } from "./support/mocks";
import type { Recording, Registered } from "./support/mocks";

// What is asked of AWS. Not proved under mocks: that AWS takes it, and that clients and pipelines get in.

const region = "eu-central-1";
/** What mocks call their account, and what ARN they give a resource. */
const mockedAccount = "123456789012";
const arnOf = (name: string, of = region): string => `arn:aws:mock:${of}:${mockedAccount}:${name}`;
const token = "dckr_pat_never_shown";

const args: EcrRegistryArgs = {
  region,
  tags: { team: "platform" },
  repositories: {
    app: { mutableTags: ["latest", "dev-*"], access: { pull: ["210987654321"] } },
    "team/web": { immutableTags: false, scanOnPush: false },
  },
  creationTemplates: { made: { appliesTo: [EcrCreation.Push] } },
  garbageCollection: { deleteUntagged: true, retention: { app: { repositories: "app", keepLast: 10 } } },
  scanning: { type: EcrScanType.Enhanced, continuous: ["app"], onPush: ["*"] },
  replication: { abroad: { regions: ["us-east-1"], prefixes: ["app"] }, other: { regions: [region], accountId: "210987654321" } },
  replicationSources: { staging: { accountId: "210987654321", prefixes: ["made/"] } },
  pullThroughCaches: {
    hub: { upstream: EcrUpstream.DockerHub, username: "acme" },
    "other/ecr": { upstream: EcrUpstream.Ecr, upstreamUrl: "210987654321.dkr.ecr.us-east-1.amazonaws.com", fromOtherAccount: true },
  },
  network: {
    vpcId: "vpc-0a1b2c3d",
    cidrs: ["10.0.0.0/16", "2001:db8::/56"],
    privateSubnetIds: ["subnet-0a1b2c3d", "subnet-1a1b2c3d"],
    routeTableIds: ["rtb-0a1b2c3d"],
  },
  ciRoles: {
    build: { github: { repository: "acme/app", branches: ["main"] }, push: ["app"], sign: true, sessionHours: 2 },
    review: { gitlab: { project: "acme/app", branches: ["*"] }, pull: ["hub/*"] },
  },
  identityProviders: { gitlab: { existingArn: `arn:aws:iam::${mockedAccount}:oidc-provider/gitlab.com` } },
  signing: { validityMonths: 12 },
  secrets: { upstreamTokens: { hub: secret(token) } },
};

let recording: Recording<EcrRegistry>;
let resources: Registered[];

before(async () => {
  recording = await record(() => new EcrRegistry("team", args));
  resources = recording.resources.filter(({ type }) => type.startsWith("aws:"));
});

const deploy = (more: Partial<EcrRegistryArgs>): Promise<Recording<EcrRegistry>> =>
  record(() => new EcrRegistry("team", { region, repositories: { app: {} }, ...more }));
const inputsOf = (type: string, name: string): Record<string, unknown> => recording.get(type, name).inputs;
const policyOf = (type: string, name: string, field = "policy"): { Statement: Record<string, unknown>[] } =>
  JSON.parse(inputsOf(type, name)[field] as string) as { Statement: Record<string, unknown>[] };
const arn = (repository: string): string => `arn:aws:ecr:${region}:${mockedAccount}:repository/${repository}`;

/** Resources are registered as soon as what they are computed from is known, so that their order says nothing. */
const byName = (a: Registered, b: Registered): number => (a.name < b.name ? -1 : 1);

/** What IAM does in all regions together, and so has no region. */
const isGlobal = ({ type }: Registered): boolean => type.startsWith("aws:iam/");

describe("every resource", () => {
  it("names its region, and says whose it is where it can", () => {
    const untaggable =
      /:(LifecyclePolicy|PullThroughCacheRule|RegistryPolicy|RegistryScanningConfiguration|ReplicationConfiguration|RepositoryPolicy|RolePolicy|SecretVersion)$/;
    assert.ok(resources.length > 25, `${resources.length} resources`);
    for (const resource of resources) {
      assert.equal(resource.inputs["region"], isGlobal(resource) ? undefined : region, resource.name);
      const tags = (resource.inputs["tags"] ?? resource.inputs["resourceTags"]) as Record<string, string> | undefined;
      if (untaggable.test(resource.type)) assert.equal(tags, undefined, resource.type);
      else assert.deepEqual([tags?.["team"], tags?.["ha-registry"]], ["platform", "team"], `${resource.type} ${resource.name}`);
    }
  });

  it("lets in nobody by a public policy, an open group or a plain secret", () => {
    for (const { type, name, inputs } of resources) {
      const whole = JSON.stringify(inputs);
      assert.doesNotMatch(whole, /0\.0\.0\.0\/0|::\/0/, name);
      if (type.endsWith(":RepositoryPolicy") || type.endsWith(":RegistryPolicy") || type.endsWith(":Role"))
        assert.doesNotMatch(whole, /"Principal\\?":\\?"\*|"AWS\\?":\[?\\?"\*/, name);
      if (!type.endsWith(":SecretVersion")) assert.doesNotMatch(whole, new RegExp(token), name);
    }
    const login = recording.get("SecretVersion", "team-hub");
    assert.deepEqual(login.secretInputs, ["secretString"]);
    assert.deepEqual(JSON.parse(login.inputs["secretString"] as string), { username: "acme", accessToken: token });
  });

  it("belongs to the registry by its parents", () => {
    for (const resource of resources)
      assert.equal(recording.ancestors(resource).at(-1)?.type, "ha-registry-aws:index:EcrRegistry", resource.name);
  });
});

describe("repositories", () => {
  it("are encrypted with a key of the registry's, that is rotated, and guarded against deletion", async () => {
    const key = recording.get("Key", "team-key");
    assert.deepEqual([key.inputs["enableKeyRotation"], key.inputs["policy"], key.protect], [true, undefined, true]);
    const expected = [{ encryptionType: "KMS", kmsKey: arnOf("team-key") }];
    for (const each of [...recording.all("Repository"), ...recording.all("RepositoryCreationTemplate")])
      assert.deepEqual(each.inputs["encryptionConfigurations"], expected, each.name);
    for (const each of recording.all("Repository")) assert.deepEqual([each.protect, each.inputs["forceDelete"]], [true, false]);

    const own = `arn:aws:kms:${region}:444455556666:key/mine`;
    const other = await deploy({ encryption: { existingKeyArn: own }, dataProtection: false });
    assert.deepEqual(other.names("Key"), []);
    const repository = other.get("Repository", "team-app");
    assert.deepEqual(repository.inputs["encryptionConfigurations"], [{ encryptionType: "KMS", kmsKey: own }]);
    assert.deepEqual([repository.protect, repository.inputs["forceDelete"]], [false, true]);
    assert.equal(await valueOf(other.result.hostname), `${mockedAccount}.dkr.ecr.${region}.amazonaws.com`);
  });

  it("keep their tags but those that may move, and are scanned unless told otherwise", () => {
    const of = (name: string): unknown[] =>
      ["imageTagMutability", "imageTagMutabilityExclusionFilters", "imageScanningConfiguration"].map(
        (field) => inputsOf("Repository", name)[field],
      );
    assert.deepEqual(of("team-app"), [
      "IMMUTABLE_WITH_EXCLUSION",
      [
        { filter: "dev-*", filterType: "WILDCARD" },
        { filter: "latest", filterType: "WILDCARD" },
      ],
      { scanOnPush: true },
    ]);
    assert.deepEqual(of("team-team/web"), ["MUTABLE", undefined, { scanOnPush: false }]);
  });

  it("have the names that clients use, and policies only where they are asked for", () => {
    assert.deepEqual(
      recording
        .all("Repository")
        .map(({ inputs }) => inputs["name"])
        .sort(),
      ["app", "team/web"],
    );
    assert.deepEqual(recording.names("RepositoryPolicy").sort(), ["team-app"]);
    assert.deepEqual(recording.names("LifecyclePolicy").sort(), ["team-app", "team-team/web"]);
    assert.deepEqual(policyOf("RepositoryPolicy", "team-app").Statement, [
      {
        Sid: "Pull",
        Effect: "Allow",
        Principal: { AWS: ["arn:aws:iam::210987654321:root"] },
        Action: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
      },
    ]);
  });

  it("keep their names and inputs when others come and go", async () => {
    const named = async (names: string[]) => {
      const { resources: all } = await deploy({ repositories: Object.fromEntries(names.map((name) => [name, {}])), scanning: {} });
      return new Map(all.map(({ type, name, inputs }) => [`${type} ${name}`, JSON.stringify(inputs)]));
    };
    const [two, three] = [await named(["app", "web"]), await named(["aaa", "app", "web"])];
    for (const [resource, inputs] of two) assert.equal(three.get(resource), inputs, resource);
    assert.deepEqual(
      [...three.keys()].filter((each) => !two.has(each)),
      ["aws:ecr/repository:Repository team-aaa"],
    );
  });
});

describe("what ECR makes by itself", () => {
  it("is made by a role that may do that, for those prefixes, with that key alone", () => {
    assert.deepEqual(
      recording
        .all("RepositoryCreationTemplate")
        .sort(byName)
        .map(({ inputs }) => [inputs["prefix"], inputs["appliedFors"], inputs["imageTagMutability"]]),
      [
        ["hub", ["PULL_THROUGH_CACHE"], "MUTABLE"],
        ["made", ["CREATE_ON_PUSH"], "IMMUTABLE"],
        ["other/ecr", ["PULL_THROUGH_CACHE"], "MUTABLE"],
      ],
    );
    assert.deepEqual(policyOf("Role", "team-templates", "assumeRolePolicy").Statement, [
      { Sid: "TakeRole", Effect: "Allow", Principal: { Service: "ecr.amazonaws.com" }, Action: ["sts:AssumeRole"] },
    ]);
    assert.deepEqual(policyOf("RolePolicy", "team-templates").Statement, [
      {
        Sid: "MakeRepositoriesOfPrefixes",
        Effect: "Allow",
        Action: ["ecr:CreateRepository", "ecr:ReplicateImage", "ecr:TagResource"],
        Resource: [arn("hub/*"), arn("made/*"), arn("other/ecr/*")],
      },
      {
        Sid: "UseKey",
        Effect: "Allow",
        Action: ["kms:CreateGrant", "kms:DescribeKey", "kms:RetireGrant"],
        Resource: [arnOf("team-key")],
      },
    ]);
  });

  it("comes from upstreams with a login that ECR can read, or by a role for another account", () => {
    const hub = inputsOf("PullThroughCacheRule", "team-hub");
    assert.deepEqual(
      [hub["ecrRepositoryPrefix"], hub["upstreamRegistryUrl"], hub["credentialArn"], hub["customRoleArn"]],
      ["hub", "registry-1.docker.io", arnOf("team-hub"), undefined],
    );
    const { namePrefix, kmsKeyId, name } = inputsOf("Secret", "team-hub");
    assert.deepEqual([namePrefix, kmsKeyId, name], ["ecr-pullthroughcache/team-hub-", undefined, undefined]);
    const other = inputsOf("PullThroughCacheRule", "team-other/ecr");
    assert.deepEqual([other["credentialArn"], other["customRoleArn"]], [undefined, arnOf("team-caches-other-ecr", "")]);
    assert.match(
      JSON.stringify(policyOf("Role", "team-caches-other-ecr", "assumeRolePolicy")),
      /"Service":"pullthroughcache\.ecr\.amazonaws\.com"/,
    );
  });
});

describe("what an account has once in a region", () => {
  it("is as it was asked for", () => {
    assert.deepEqual(inputsOf("RegistryScanningConfiguration", "team-settings"), {
      region,
      scanType: "ENHANCED",
      rules: [
        { scanFrequency: "CONTINUOUS_SCAN", repositoryFilters: [{ filter: "app", filterType: "WILDCARD" }] },
        { scanFrequency: "SCAN_ON_PUSH", repositoryFilters: [{ filter: "*", filterType: "WILDCARD" }] },
      ],
    });
    assert.deepEqual(inputsOf("ReplicationConfiguration", "team-settings")["replicationConfiguration"], {
      rules: [
        {
          destinations: [{ region: "us-east-1", registryId: mockedAccount }],
          repositoryFilters: [{ filter: "app", filterType: "PREFIX_MATCH" }],
        },
        { destinations: [{ region, registryId: "210987654321" }] },
      ],
    });
    assert.deepEqual(policyOf("RegistryPolicy", "team-settings").Statement, [
      {
        Sid: "Replicate-staging",
        Effect: "Allow",
        Principal: { AWS: ["arn:aws:iam::210987654321:root"] },
        Action: ["ecr:CreateRepository", "ecr:ReplicateImage"],
        Resource: [arn("made/*")],
      },
    ]);
  });

  it("is left as it is where nothing is asked for", async () => {
    const plain = await deploy({});
    assert.deepEqual(
      plain.resources.filter(({ type }) => type.startsWith("aws:")).map(({ type, name }) => `${type.split(":").at(-1)} ${name}`),
      ["Key team-key", "Repository team-app"],
    );
  });
});

describe("endpoints", () => {
  it("take HTTPS from the network's addresses alone", () => {
    assert.deepEqual(
      recording
        .all("SecurityGroupIngressRule")
        .sort(byName)
        .map(({ inputs }) => [inputs["cidrIpv4"] ?? inputs["cidrIpv6"], inputs["fromPort"], inputs["toPort"]]),
      [
        ["10.0.0.0/16", 443, 443],
        ["2001:db8::/56", 443, 443],
      ],
    );
    const { ingress, egress } = inputsOf("SecurityGroup", "team-endpoints");
    assert.deepEqual([ingress, egress], [undefined, undefined]);
  });

  it("are for the API, the registry and layers, with policies of their own", () => {
    assert.deepEqual(
      recording
        .all("VpcEndpoint")
        .sort(byName)
        .map(({ name, inputs }) => [name, inputs["serviceName"], inputs["vpcEndpointType"], inputs["privateDnsEnabled"]]),
      [
        ["team-endpoints-api", `com.amazonaws.${region}.ecr.api`, "Interface", true],
        ["team-endpoints-dkr", `com.amazonaws.${region}.ecr.dkr`, "Interface", true],
        ["team-endpoints-s3", `com.amazonaws.${region}.s3`, "Gateway", undefined],
      ],
    );
    assert.deepEqual(
      policyOf("VpcEndpoint", "team-endpoints-dkr").Statement.map(({ Sid, Resource }) => [Sid, Resource]),
      [
        ["LogIn", ["*"]],
        ["PullThroughEndpoint", ["*"]],
        ["PushThroughEndpoint", [arn("*")]],
      ],
    );
    assert.deepEqual(policyOf("VpcEndpoint", "team-endpoints-s3").Statement.length, 1);
  });

  it("leave S3 as it is reached already, unless route tables are named", async () => {
    const { network = { vpcId: "", cidrs: [], privateSubnetIds: [] } } = args;
    const without = await deploy({ network: { ...network, routeTableIds: undefined } });
    assert.deepEqual(without.names("VpcEndpoint").sort(), ["team-endpoints-api", "team-endpoints-dkr"]);
  });
});

describe("roles of pipelines", () => {
  it("are taken by the named pipelines through providers that are made, or were there", () => {
    assert.deepEqual(recording.names("OpenIdConnectProvider"), ["team-ci-github"]);
    assert.deepEqual(inputsOf("OpenIdConnectProvider", "team-ci-github")["clientIdLists"], ["sts.amazonaws.com"]);
    const [github] = policyOf("Role", "team-ci-build", "assumeRolePolicy").Statement;
    assert.deepEqual(github?.["Principal"], { Federated: arnOf("team-ci-github", "") });
    const [gitlab] = policyOf("Role", "team-ci-review", "assumeRolePolicy").Statement;
    assert.deepEqual(gitlab?.["Principal"], { Federated: `arn:aws:iam::${mockedAccount}:oidc-provider/gitlab.com` });
    assert.equal(inputsOf("Role", "team-ci-build")["maxSessionDuration"], 7200);
  });

  it("may do what was asked for, and no more", () => {
    const of = (name: string): unknown[][] => policyOf("RolePolicy", name).Statement.map(({ Sid, Resource }) => [Sid, Resource]);
    assert.deepEqual(of("team-ci-build"), [
      ["LogIn", ["*"]],
      ["Push", [arn("app")]],
      ["Sign", [arnOf("team-signing")]],
    ]);
    assert.deepEqual(of("team-ci-review"), [
      ["LogIn", ["*"]],
      ["Pull", [arn("hub/*")]],
      ["Fetch", [arn("hub/*")]],
    ]);
  });
});

describe("outputs", () => {
  it("are those of other substrates where they mean the same", async () => {
    const { endpoint, hostname, authority, repositoryUrls, roleArns, identityProviderArns, fetchRoleArns, keyArn } = recording.result;
    const host = `${mockedAccount}.dkr.ecr.${region}.amazonaws.com`;
    assert.deepEqual([await valueOf(endpoint), await valueOf(hostname), await valueOf(authority)], [`https://${host}`, host, host]);
    assert.deepEqual(await valueOf(repositoryUrls), { app: `${host}/app`, "team/web": `${host}/team/web` });
    assert.deepEqual(Object.keys(await valueOf(roleArns)), ["build", "review"]);
    assert.deepEqual(Object.keys(await valueOf(identityProviderArns)), ["github", "gitlab"]);
    assert.deepEqual(Object.keys(await valueOf(fetchRoleArns)), ["other/ecr"]);
    assert.equal(await valueOf(keyArn), arnOf("team-key"));
  });

  it("can be planned before anything is there", async () => {
    const preview = await record(() => new EcrRegistry("team", args), true);
    assert.equal(preview.resources.length, recording.resources.length);
  });
});

describe("wrong arguments", () => {
  const refused = async (more: Partial<EcrRegistryArgs>): Promise<string[]> => {
    const { error, resources: made } = await recordFailure(() => new EcrRegistry("team", { region, repositories: { app: {} }, ...more }));
    assert.ok(error instanceof RegistryError);
    assert.deepEqual(made, [], "something was registered before the refusal");
    return error.problems.map(({ path }) => path);
  };

  it("are refused before anything is registered", async () => {
    assert.deepEqual(await refused({ region: "mars-north-1", repositories: { App: {} } }), ["region", "repositories.App"]);
  });

  it("are logins without a token, and tokens without a login", async () => {
    const pullThroughCaches = { hub: { upstream: EcrUpstream.DockerHub, username: "acme" }, k8s: { upstream: EcrUpstream.Kubernetes } };
    assert.deepEqual(await refused({ pullThroughCaches, secrets: { upstreamTokens: { k8s: "x" } } }), [
      "secrets.upstreamTokens.hub",
      "secrets.upstreamTokens.k8s",
    ]);
  });
});
