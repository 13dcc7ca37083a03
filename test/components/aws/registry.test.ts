import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { secret } from "@pulumi/pulumi";
import { RegistryError } from "ha-registry-core";
import { Registry } from "ha-registry-aws";
import type { RegistryArgs } from "ha-registry-aws";
import { generated, record, recordFailure, valueOf } from "../support/mocks";
import type { Properties, Recording, Registered } from "../support/mocks";

// What is asked of AWS. Not proved under mocks: that the provider and AWS take it (test/engine/aws-registry says how far), and that tasks run.

const chosen = { password: "a chosen password, never shown", upstream: "upstream-password-never-shown" };

const args: RegistryArgs = {
  region: "eu-central-1",
  hostname: "registry.corp.example",
  alternativeNames: ["*.registry.corp.example", "images.corp.example"],
  tags: { team: "platform" },
  nodes: { count: 3, autoscaling: { maximum: 6 } },
  access: { users: { admin: { catalog: true }, ci: {} } },
  loadBalancer: { allowedAddressRanges: ["10.0.0.0/8", "192.0.2.7"] },
  dns: { zoneName: "corp.example" },
  monitoring: { emails: ["oncall@corp.example"], alerts: { NodeDown: { enabled: false } } },
  settings: { proxy: { remoteUrl: "https://upstream.corp.example" } },
  secrets: { passwords: { ci: secret(chosen.password) }, proxyUsername: "upstream-user", proxyPassword: chosen.upstream },
};

let recording: Recording<Registry>;

before(async () => {
  recording = await record(() => new Registry("team", args));
});

const awsResources = ({ resources }: Recording<unknown>): Registered[] => resources.filter(({ type }) => type.startsWith("aws:"));

/** The load balancer of AWS itself: its component has its type and name, too. */
function balancer(): Registered {
  const [found] = recording.all("LoadBalancer").filter(({ type }) => type.startsWith("aws:"));
  assert.ok(found);
  return found;
}

/** Kinds that AWS keeps once for all regions. */
const global = /^aws:(iam|route53)\//;

/** Kinds that cannot have tags. */
const untagged =
  /^aws:(cloudwatch\/(dashboard|logMetricFilter):|sns\/topicSubscription:|ec2\/route:|ec2\/routeTableAssociation:|iam\/rolePolicy:|kms\/alias:|s3\/bucket[A-Z]|secretsmanager\/secretVersion:|acm\/certificateValidation:|route53\/record:|appautoscaling\/)/;

describe("every resource", () => {
  it("is in the region that was asked for, whatever the provider's own is", () => {
    for (const { type, name, inputs } of awsResources(recording))
      if (!global.test(type)) assert.equal(inputs["region"], "eu-central-1", `${type} ${name}`);
  });
  it("says whose it is, where it can", () => {
    const tagged = awsResources(recording).filter(({ type }) => !untagged.test(type));
    assert.ok(tagged.length > 25, `${tagged.length} have tags`);
    for (const { type, name, inputs } of tagged) {
      const tags = inputs["tags"] as Properties | undefined;
      assert.equal(tags?.["ha-registry"], "team", `${type} ${name}`);
      assert.equal(tags["team"], "platform", `${type} ${name}`);
    }
  });
  it("belongs to the registry", () => {
    for (const resource of awsResources(recording))
      assert.equal(recording.ancestors(resource).at(-1)?.type, "ha-registry-aws:index:Registry", resource.name);
  });
});

interface Statement {
  Sid: string;
  Effect: string;
  Action: string | string[];
  Resource?: string | string[];
  Principal?: unknown;
  Condition?: unknown;
}

function statements({ inputs }: Registered, field = "policy"): Statement[] {
  return (JSON.parse(String(inputs[field])) as { Statement: Statement[] }).Statement;
}

const list = (value: string | string[] | undefined): string[] => (value === undefined ? [] : [value].flat());

describe("rights", () => {
  it("of nodes are those of the registry's S3 driver, in its bucket, and the use of the key", () => {
    assert.deepEqual(
      statements(recording.get("RolePolicy", "team-nodes-task")).map(({ Action, Resource }) => [Action, Resource]),
      [
        [["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"], "arn:aws:mock:eu-central-1:123456789012:team-store"],
        [
          ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject"],
          "arn:aws:mock:eu-central-1:123456789012:team-store/*",
        ],
        [["kms:Decrypt", "kms:GenerateDataKey"], "arn:aws:mock:eu-central-1:123456789012:team-key"],
      ],
    );
  });
  it("of what starts tasks are to read their secrets and to write their log", () => {
    assert.deepEqual(
      statements(recording.get("RolePolicy", "team-nodes-execution")).map(({ Action }) => Action),
      ["secretsmanager:GetSecretValue", "kms:Decrypt", ["logs:CreateLogStream", "logs:PutLogEvents"]],
    );
  });
  it("include ECR's only for images that are there", async () => {
    const image = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/mirror";
    const other = await record(() => new Registry("team", { ...args, images: { mirror: image } }));
    const found = statements(other.get("RolePolicy", "team-nodes-execution"));
    assert.deepEqual(found.find(({ Sid }) => Sid === "Images")?.Resource, [
      "arn:aws:ecr:eu-central-1:123456789012:repository/mirror/haproxy",
      "arn:aws:ecr:eu-central-1:123456789012:repository/mirror/registry",
    ]);
    assert.deepEqual(found.find(({ Resource }) => Resource === "*")?.Action, "ecr:GetAuthorizationToken");
  });
  it("never are all actions, and never on everything", () => {
    for (const policy of recording.all("RolePolicy"))
      for (const { Action, Resource, Sid } of statements(policy)) {
        assert.ok(!list(Action).some((action) => action.endsWith("*")), `${policy.name} ${Sid}`);
        assert.ok(!list(Resource).includes("*"), `${policy.name} ${Sid}`);
      }
  });
  it("are given to services for this account's own resources only", () => {
    for (const role of recording.all("Role"))
      for (const { Condition } of statements(role, "assumeRolePolicy"))
        assert.deepEqual((Condition as Record<string, unknown>)["StringEquals"], { "aws:SourceAccount": "123456789012" }, role.name);
  });
});

describe("the network", () => {
  it("lets clients reach the load balancer, it the nodes, and they Redis and TLS outside; nothing else", () => {
    const rule = ({ name, inputs }: Registered): string => {
      const { fromPort, toPort, cidrIpv4, referencedSecurityGroupId } = inputs;
      assert.equal(fromPort, toPort, name);
      return `${name.replace(/^team-(access|network)-/, "")} ${String(fromPort)} ${String(cidrIpv4 ?? referencedSecurityGroupId)}`;
    };
    assert.deepEqual(recording.all("SecurityGroupIngressRule").map(rule).sort(), [
      "balancer-from-10.0.0.0/8 443 10.0.0.0/8",
      "balancer-from-192.0.2.7/32 443 192.0.2.7/32",
      "nodes-from-balancer 5443 team-access-balancer-id",
      "nodes-from-balancer-health 8404 team-access-balancer-id",
      "redis-from-nodes 6379 team-access-nodes-id",
    ]);
    assert.deepEqual(recording.all("SecurityGroupEgressRule").map(rule).sort(), [
      "balancer-to-nodes 5443 team-access-nodes-id",
      "balancer-to-nodes-health 8404 team-access-nodes-id",
      "nodes-to-443 443 0.0.0.0/0",
      "nodes-to-redis 6379 team-access-redis-id",
    ]);
  });
  it("gives nobody a public address", () => {
    for (const { inputs, name } of recording.all("Subnet")) assert.equal(inputs["mapPublicIpOnLaunch"], false, name);
    const { networkConfiguration } = recording.get("Service", "team-nodes").inputs as { networkConfiguration: { assignPublicIp: boolean } };
    assert.equal(networkConfiguration.assignPublicIp, false);
    assert.equal(balancer().inputs["internal"], true);
  });
  it("has three zones, each with a way out of its own", () => {
    assert.deepEqual(
      recording.all("Subnet").map(({ inputs }) => [inputs["availabilityZone"], inputs["cidrBlock"]]),
      [
        ["eu-central-1a", "10.64.0.0/19"],
        ["eu-central-1b", "10.64.32.0/19"],
        ["eu-central-1c", "10.64.64.0/19"],
        ["eu-central-1a", "10.64.224.0/22"],
        ["eu-central-1b", "10.64.228.0/22"],
        ["eu-central-1c", "10.64.232.0/22"],
      ],
    );
    assert.equal(recording.all("NatGateway").length, 3);
  });
  it("moves no subnet when a zone is added or taken away", async () => {
    const cidrs = (of: Recording<unknown>): Map<string, unknown> =>
      new Map(of.all("Subnet").map(({ name, inputs }) => [name, inputs["cidrBlock"]]));
    const before = cidrs(recording);
    const other = await record(() => new Registry("team", { ...args, network: { zones: ["eu-central-1c", "eu-central-1b"] } }));
    for (const [name, cidr] of cidrs(other)) assert.equal(cidr, before.get(name), name);
  });
});

describe("what is kept", () => {
  it("is encrypted with the registry's key everywhere", async () => {
    const keyArn = "arn:aws:mock:eu-central-1:123456789012:team-key";
    assert.equal(recording.get("Key", "team-key").inputs["enableKeyRotation"], true);
    const { rules } = recording.get("BucketServerSideEncryptionConfiguration", "team-store").inputs as {
      rules: { applyServerSideEncryptionByDefault: unknown }[];
    };
    assert.deepEqual(rules[0]?.applyServerSideEncryptionByDefault, { sseAlgorithm: "aws:kms", kmsMasterKeyId: keyArn });
    for (const secret of recording.all("Secret")) assert.equal(secret.inputs["kmsKeyId"], keyArn, secret.name);
    const redis = recording.get("ReplicationGroup", "team-redis").inputs;
    assert.equal(redis["kmsKeyId"], keyArn);
    assert.equal(redis["atRestEncryptionEnabled"], true);
    assert.equal(redis["transitEncryptionEnabled"], true);
    assert.equal(recording.get("LogGroup", "team-nodes").inputs["kmsKeyId"], keyArn);
    assert.equal(await valueOf(recording.result.bucket), "team-store-bucket");
  });
  it("is in a bucket that is nobody else's, and speaks TLS only", () => {
    const { region: _, bucket: __, ...block } = recording.get("BucketPublicAccessBlock", "team-store").inputs;
    assert.deepEqual(block, { blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true });
    const found = statements(recording.get("BucketPolicy", "team-store"));
    assert.ok(found.every(({ Effect }) => Effect === "Deny"));
    assert.deepEqual(
      found.map(({ Condition }) => Condition),
      [{ Bool: { "aws:SecureTransport": "false" } }, { NumericLessThan: { "s3:TlsVersion": "1.2" } }],
    );
  });
  it("is guarded against deletion", async () => {
    const guarded = (of: Recording<unknown>): string[] =>
      of.resources.filter(({ protect }) => protect).map(({ type }) => type.split(":")[2] ?? "");
    assert.deepEqual(guarded(recording).sort(), ["Bucket", "Key", "Zone"]);
    assert.equal(balancer().inputs["enableDeletionProtection"], true);
    assert.deepEqual(guarded(await record(() => new Registry("team", { ...args, dataProtection: false }))), []);
  });
  it("is never ended by a rule while it is current", () => {
    const { rules } = recording.get("BucketLifecycleConfiguration", "team-store").inputs as {
      rules: Record<string, Properties | undefined>[];
    };
    for (const { expiration } of rules)
      assert.ok(expiration === undefined || Object.keys(expiration).join() === "expiredObjectDeleteMarker");
  });
});

interface Container {
  name: string;
  user: string;
  readonlyRootFilesystem: boolean;
  privileged?: boolean;
  linuxParameters: { capabilities: { drop: string[] } };
  environment: { name: string; value: string }[];
  secrets: { name: string; valueFrom: string }[];
  command: string[];
  memory: number;
  dependsOn?: { containerName: string; condition: string }[];
}

const containers = (of: Recording<unknown> = recording): Container[] =>
  JSON.parse(String(of.get("TaskDefinition", "team-nodes").inputs["containerDefinitions"])) as Container[];

describe("tasks", () => {
  it("have no root, no capability, and nothing to write on", () => {
    for (const { name, user, readonlyRootFilesystem, privileged, linuxParameters } of containers()) {
      assert.ok(Number(user) > 60_000, name);
      assert.equal(readonlyRootFilesystem, true, name);
      assert.equal(privileged, undefined, name);
      assert.deepEqual(linuxParameters.capabilities.drop, ["ALL"], name);
    }
  });
  it("show no secret, and name the very version of each that they want", () => {
    const text = JSON.stringify(containers());
    for (const secret of [
      chosen.password,
      chosen.upstream,
      generated("password of team-nodes-http-secret"),
      generated("password of team-redis"),
    ])
      assert.ok(!text.includes(secret));
    for (const { secrets } of containers())
      for (const { valueFrom } of secrets) assert.match(valueFrom, /:HA_REGISTRY_FILE_[A-Z_]+::version-of-team-nodes-(registry|haproxy)$/);
  });
  it("keep secrets in Secrets Manager only", () => {
    const { inputs, secretInputs } = recording.get("SecretVersion", "team-nodes-registry");
    assert.deepEqual(secretInputs, ["secretString"]);
    const files = JSON.parse(String(inputs["secretString"])) as Record<string, string>;
    const config = files["HA_REGISTRY_FILE_CONFIG_YML"] ?? "";
    assert.match(config, /bucket: "?team-store-bucket/);
    assert.match(config, /keyid: "?arn:aws:mock:eu-central-1:123456789012:team-key/);
    assert.match(config, /- "?team-redis\.cache\.example:6379/);
    assert.match(files["HA_REGISTRY_FILE_HTPASSWD"] ?? "", /^admin:\$2b\$04\$.*\nci:\$2b\$10\$/);
  });
  it("have room for what their containers may take", () => {
    const { memory, cpu } = recording.get("TaskDefinition", "team-nodes").inputs;
    assert.equal(cpu, "512");
    assert.ok(Number(memory) >= containers().reduce((sum, { memory: of }) => sum + of, 0));
  });
  it("start HAProxy when the registry is healthy", () => {
    assert.deepEqual(containers().find(({ name }) => name === "haproxy")?.dependsOn, [{ containerName: "registry", condition: "HEALTHY" }]);
  });
  it("are replaced without a gap, and brought back when new ones do not come up", () => {
    const { inputs, ignoreChanges } = recording.get("Service", "team-nodes");
    assert.equal(inputs["deploymentMinimumHealthyPercent"], 100);
    assert.deepEqual(inputs["deploymentCircuitBreaker"], { enable: true, rollback: true });
    assert.equal(inputs["waitForSteadyState"], true);
    assert.deepEqual(ignoreChanges, ["desiredCount"]);
  });
});

describe("the certificate", () => {
  it("is ACM's, with one proof per name", () => {
    const { inputs } = recording.get("Certificate", "team-certificates-server");
    assert.equal(inputs["domainName"], "registry.corp.example");
    assert.deepEqual(recording.names("Record").sort(), [
      "team-certificates-server-images.corp.example",
      "team-certificates-server-registry.corp.example",
      "team-dns",
    ]);
    assert.equal(recording.get("Listener", "team-balancer").inputs["sslPolicy"], "ELBSecurityPolicy-TLS13-1-2-Res-2021-06");
  });
  it("is of an own CA without a zone, and clients are told of it", async () => {
    const { dns: _, ...without } = args;
    const other = await record(() => new Registry("team", without));
    assert.match(await valueOf(other.result.caCertificatePem), /BEGIN CERTIFICATE/);
    assert.ok(String(other.get("Certificate", "team-certificates-server").inputs["certificateBody"]).includes("BEGIN CERTIFICATE"));
    assert.deepEqual(other.names("Record"), []);
  });
});

describe("what is there already", () => {
  it("is taken as it is", async () => {
    const keyArn = "arn:aws:kms:eu-central-1:123456789012:key/mine";
    const { alternativeNames: _, ...rest } = args;
    const other = await record(
      () =>
        new Registry("team", {
          ...rest,
          network: { existing: { vpcId: "vpc-1", cidrs: ["10.1.0.0/16"], privateSubnetIds: ["subnet-1", "subnet-2"] } },
          objectStore: { existingBucket: "mine" },
          encryption: { existingKeyArn: keyArn },
          redis: { external: { addresses: ["redis.corp.example:6380"] } },
          certificates: { existingCertificateArn: "arn:aws:acm:eu-central-1:123456789012:certificate/mine" },
          dns: { zoneName: "corp.example", hostedZoneId: "Z123" },
        }),
    );
    for (const type of ["Vpc", "Subnet", "Bucket", "BucketPolicy", "Key", "ReplicationGroup", "Zone"])
      assert.deepEqual(other.names(type), [], type);
    assert.deepEqual(
      statements(other.get("RolePolicy", "team-nodes-task")).map(({ Resource }) => Resource),
      ["arn:aws:s3:::mine", "arn:aws:s3:::mine/*", keyArn],
    );
    assert.ok(other.names("SecurityGroupEgressRule").includes("team-access-nodes-to-6380"));
  });
});

describe("bad arguments", () => {
  it("are refused all at once, before anything is registered", async () => {
    const { error, resources } = await recordFailure(
      () =>
        new Registry("team", {
          region: "eu-central-9",
          hostname: "registry.other.example",
          dns: { zoneName: "corp.example" },
          nodes: { count: 1, taskCpus: 3 },
          loadBalancer: { internetFacing: true },
        }),
    );
    assert.ok(error instanceof RegistryError);
    assert.deepEqual(error.problems.map(({ path }) => path).sort(), [
      "dns.zoneName",
      "loadBalancer.allowedAddressRanges",
      "nodes.count",
      "nodes.taskCpus",
      "region",
    ]);
    assert.deepEqual(resources, []);
  });
});

describe("monitoring", () => {
  it("has the alarms whose metrics there are, without those that were switched off", () => {
    assert.deepEqual(
      recording
        .all("MetricAlarm")
        .map(({ inputs }) => String(inputs["name"]))
        .sort(),
      [
        "AuthenticationFailures",
        "BalancerDown",
        "CertificateEndsSoon",
        "LatencyHigh",
        "PullFailures",
        "PushFailures",
        "RedisDown",
        "ReplicationLag",
      ].map((name) => `team-${name}`),
    );
  });
  it("asks for the very load balancer, and for a share only where there are requests enough", () => {
    const queries = (name: string): Properties[] =>
      recording.get("MetricAlarm", `team-monitoring-${name}`).inputs["metricQueries"] as Properties[];
    assert.deepEqual((queries("BalancerDown")[0]?.["metric"] as Properties)["dimensions"], {
      LoadBalancer: "mock/team-balancer",
      TargetGroup: "mock/team-balancer",
    });
    assert.equal(queries("PullFailures").at(-1)?.["expression"], "IF(requests >= 20, 100 * FILL(failures, 0) / requests, 0)");
    for (const { inputs, name } of recording.all("MetricAlarm")) {
      const told = (inputs["metricQueries"] as Properties[]).filter(({ returnData }) => returnData === true);
      assert.equal(told.length, 1, name);
    }
  });
  it("tells people by an encrypted topic", () => {
    assert.equal(recording.get("Topic", "team-monitoring").inputs["kmsMasterKeyId"], "arn:aws:mock:eu-central-1:123456789012:team-key");
    assert.deepEqual(recording.names("TopicSubscription"), ["team-monitoring-oncall@corp.example"]);
  });
  it("has a dashboard of what its own log and AWS tell", () => {
    const { widgets } = JSON.parse(String(recording.get("Dashboard", "team-monitoring").inputs["dashboardBody"])) as { widgets: unknown[] };
    assert.equal(widgets.length, 6);
  });
});
