import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { EcrCreation, EcrScanType, EcrUpstream } from "ha-registry-core";
import { EcrRegistry } from "ha-registry-aws";
import type { EcrRegistryArgs } from "ha-registry-aws";
import { AwsStack } from "./support/aws-stack";

// Amazon ECR through the real provider at an AWS that keeps what it is told (see `Aws`). Not shown: that AWS itself takes all of it, that lifecycle policies take what they should, and that anybody is refused.

const region = "eu-central-1";

const args: EcrRegistryArgs = {
  region,
  tags: { owner: "platform", project: "registry", env: "test" },
  repositories: {
    app: { mutableTags: ["latest", "dev-*"], access: { pull: ["210987654321"], push: ["123456789012"] } },
    "team/web": { scanOnPush: false },
  },
  garbageCollection: {
    deleteUntagged: true,
    retention: { "1-app": { repositories: "app", keepDays: 90, keepTags: ["v*"] }, "2-rest": { keepLast: 10 } },
  },
  scanning: { type: EcrScanType.Basic },
  // One rule: moto takes no more.
  replication: { abroad: { regions: ["us-east-1", "eu-west-1"], prefixes: ["app", "team/"] } },
  creationTemplates: {
    made: { appliesTo: [EcrCreation.Push], access: { pull: ["210987654321"] } },
    ROOT: { appliesTo: [EcrCreation.Replication] },
  },
  pullThroughCaches: {
    hub: { upstream: EcrUpstream.DockerHub, username: "acme" },
    k8s: { upstream: EcrUpstream.Kubernetes },
    "other/ecr": { upstream: EcrUpstream.Ecr, upstreamUrl: "210987654321.dkr.ecr.us-east-1.amazonaws.com", fromOtherAccount: true },
  },
  secrets: { upstreamTokens: { hub: "a-token-never-shown" } },
  replicationSources: { staging: { accountId: "210987654321", prefixes: ["made/"] } },
  ciRoles: {
    build: { github: { repository: "acme/app", branches: ["main"] }, push: ["app"], pull: ["team/web"], sessionHours: 2 },
    review: { gitlab: { project: "acme/app", branches: ["*"] }, pull: ["app"] },
  },
};

/** A network that is there before. */
const network = { cidrs: ["10.0.0.0/16"], vpcId: "", privateSubnetIds: [""], routeTableIds: [""] };

const program =
  (change: Partial<EcrRegistryArgs> = {}) =>
  async (): Promise<object> => {
    const { endpoint, repositoryUrls, roleArns } = new EcrRegistry("team", { ...args, network, ...change });
    return { endpoint, repositoryUrls, roleArns };
  };

describe("Amazon ECR in a region of AWS", () => {
  let made: AwsStack;

  before(async () => {
    made = await AwsStack.start("aws-ecr", [region]);
    const { Vpc } = await made.aws.ask<{ Vpc: { VpcId: string } }>(region, {
      service: "ec2",
      operation: "create_vpc",
      parameters: { CidrBlock: network.cidrs[0] },
    });
    const inVpc = { VpcId: Vpc.VpcId };
    const { Subnet } = await made.aws.ask<{ Subnet: { SubnetId: string } }>(region, {
      service: "ec2",
      operation: "create_subnet",
      parameters: { ...inVpc, CidrBlock: "10.0.1.0/24" },
    });
    const { RouteTable } = await made.aws.ask<{ RouteTable: { RouteTableId: string } }>(region, {
      service: "ec2",
      operation: "create_route_table",
      parameters: inVpc,
    });
    Object.assign(network, { vpcId: Vpc.VpcId, privateSubnetIds: [Subnet.SubnetId], routeTableIds: [RouteTable.RouteTableId] });
    await made.remember();
  });

  after(() => made?.end());

  test("is planned without a violation of the project's own policies", async () => {
    // ECR reads the secrets of caches with AWS's own key alone, against which `own-keys` advises.
    const change = { pullThroughCaches: undefined, secrets: undefined };
    await made.assertWell(program(change));
  });

  test("comes up, with the outputs that clients need", async () => {
    const { outputs } = await made.stack.up({ program: program({ dataProtection: false }), color: "never" });
    assert.equal(outputs["endpoint"]?.value, `https://123456789012.dkr.ecr.${region}.amazonaws.com`);
    assert.deepEqual(Object.keys(outputs["roleArns"]?.value as object), ["build", "review"]);
    const { repositories } = await made.aws.ask<{ repositories: { repositoryName: string; imageTagMutability: string }[] }>(region, {
      service: "ecr",
      operation: "describe_repositories",
    });
    const { pullThroughCacheRules } = await made.aws.ask<{
      pullThroughCacheRules: { ecrRepositoryPrefix: string; credentialArn?: string }[];
    }>(region, {
      service: "ecr",
      operation: "describe_pull_through_cache_rules",
    });
    const hub = pullThroughCacheRules.find(({ ecrRepositoryPrefix }) => ecrRepositoryPrefix === "hub");
    assert.match(hub?.credentialArn ?? "", /:secret:ecr-pullthroughcache\/team-hub-/);
    assert.deepEqual(repositories.map(({ repositoryName }) => repositoryName).sort(), ["app", "team/web"]);
  });

  test("has nothing to do a second time, and finds nothing changed by anybody else", async () => {
    await made.assertSettled(program({ dataProtection: false }));
  });

  test("takes another policy and one more repository in place", async () => {
    const change: Partial<EcrRegistryArgs> = {
      dataProtection: false,
      repositories: { ...args.repositories, aaa: {}, app: { access: { pull: ["210987654321"] } } },
      garbageCollection: { retention: { all: { keepLast: 3 } } },
    };
    const touched: string[] = [];
    const onEvent = ({ resourcePreEvent }: EngineEvent): void => {
      const { op, urn } = resourcePreEvent?.metadata ?? { op: "same", urn: "" };
      if (op !== "same") touched.push(`${op} ${urn.split("::").slice(-2).join(" ").split("$").at(-1) ?? ""}`);
    };
    await made.stack.up({ program: program(change), color: "never", onEvent });
    // A lifecycle policy is replaced by the provider, which deletes it first: nothing goes meanwhile.
    const replaced = (name: string): string[] =>
      ["create-replacement", "delete-replaced", "replace"].map((op) => `${op} aws:ecr/lifecyclePolicy:LifecyclePolicy ${name}`);
    const template = "update aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate";
    assert.deepEqual(
      touched.sort(),
      [
        "create aws:ecr/lifecyclePolicy:LifecyclePolicy team-aaa",
        "create aws:ecr/repository:Repository team-aaa",
        ...replaced("team-app"),
        ...replaced("team-team/web"),
        "update aws:ecr/repository:Repository team-app",
        ...["ROOT", "hub", "k8s", "made", "other/ecr"].map((prefix) => `${template} team-${prefix}`),
        "update aws:ecr/repositoryPolicy:RepositoryPolicy team-app",
      ].sort(),
    );
    await made.assertDone(program(change));
  });

  test("leaves nothing behind when it is destroyed", async () => {
    await made.assertDestroyed();
  });
});
