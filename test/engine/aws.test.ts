import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";

import { Certificate } from "@pulumi/aws/acm/certificate";
import { CertificateValidation } from "@pulumi/aws/acm/certificateValidation";
import { LogGroup } from "@pulumi/aws/cloudwatch/logGroup";
import { SecurityGroup } from "@pulumi/aws/ec2/securityGroup";
import { Subnet } from "@pulumi/aws/ec2/subnet";
import { Vpc } from "@pulumi/aws/ec2/vpc";
import { Repository } from "@pulumi/aws/ecr/repository";
import { Cluster } from "@pulumi/aws/ecs/cluster";
import { Service } from "@pulumi/aws/ecs/service";
import { TaskDefinition } from "@pulumi/aws/ecs/taskDefinition";
import { ReplicationGroup } from "@pulumi/aws/elasticache/replicationGroup";
import { SubnetGroup } from "@pulumi/aws/elasticache/subnetGroup";
import { Role } from "@pulumi/aws/iam/role";
import { Key } from "@pulumi/aws/kms/key";
import { Listener } from "@pulumi/aws/lb/listener";
import { LoadBalancer } from "@pulumi/aws/lb/loadBalancer";
import { TargetGroup } from "@pulumi/aws/lb/targetGroup";
import { Record as DnsRecord } from "@pulumi/aws/route53/record";
import { Zone } from "@pulumi/aws/route53/zone";
import { Bucket } from "@pulumi/aws/s3/bucket";
import { BucketPolicy } from "@pulumi/aws/s3/bucketPolicy";
import { BucketPublicAccessBlock } from "@pulumi/aws/s3/bucketPublicAccessBlock";
import { BucketVersioning } from "@pulumi/aws/s3/bucketVersioning";
import { Secret } from "@pulumi/aws/secretsmanager/secret";
import { SecretVersion } from "@pulumi/aws/secretsmanager/secretVersion";
import { SecurityGroupIngressRule } from "@pulumi/aws/vpc/securityGroupIngressRule";
import * as pulumi from "@pulumi/pulumi";
import type { Stack } from "@pulumi/pulumi/automation";

import { Aws } from "./support/aws";
import { createLocalStack } from "./support/local-stack";

const region = "eu-central-1";
const domain = "example.com";
const name = `registry.${domain}`;
const secretText = "a-secret-of-the-test";
const tags = { "ha-registry": "testbed" };

/** What a registry in one region is made of, in outline: enough to see that provider and moto understand each other. */
const program = (image: string) => async (): Promise<Record<string, unknown>> => {
  const vpc = new Vpc("vpc", { region, cidrBlock: "10.0.0.0/16", tags });
  const subnets = ["a", "b"].map(
    (zone, index) =>
      new Subnet(`subnet-${zone}`, { region, vpcId: vpc.id, availabilityZone: region + zone, cidrBlock: `10.0.${index}.0/24`, tags }),
  );
  const subnetIds = subnets.map(({ id }) => id);
  const group = new SecurityGroup("nodes", { region, vpcId: vpc.id, tags });
  const securityGroupId = group.id;
  const inside = { region, securityGroupId, ipProtocol: "tcp", fromPort: 5000, toPort: 5000, cidrIpv4: "10.0.0.0/16" };
  new SecurityGroupIngressRule("nodes", inside);

  const key = new Key("key", { region, deletionWindowInDays: 7, enableKeyRotation: true, tags });
  const bucket = new Bucket("data", { region, bucket: "testbed-data", tags });
  const { bucket: bucketName } = bucket;
  new BucketVersioning("data", { region, bucket: bucketName, versioningConfiguration: { status: "Enabled" } });
  const closed = { blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true };
  new BucketPublicAccessBlock("data", { region, bucket: bucketName, ...closed });
  const policy = pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: pulumi.interpolate`${bucket.arn}/*`,
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ],
  });
  new BucketPolicy("data", { region, bucket: bucketName, policy });

  const zone = new Zone("zone", { name: domain, tags });
  const certificate = new Certificate("certificate", { region, domainName: name, validationMethod: "DNS", tags });
  const validation = certificate.domainValidationOptions.apply((options) => {
    const [option] = options;
    if (option === undefined) throw new Error("nothing validates the certificate");
    return option;
  });
  const proof = new DnsRecord("proof", {
    zoneId: zone.zoneId,
    name: validation.resourceRecordName,
    type: validation.resourceRecordType,
    records: [validation.resourceRecordValue],
    ttl: 300,
  });
  const validated = new CertificateValidation("certificate", {
    region,
    certificateArn: certificate.arn,
    validationRecordFqdns: [proof.fqdn],
  });

  const balancer = new LoadBalancer("balancer", {
    region,
    loadBalancerType: "network",
    subnets: subnetIds,
    securityGroups: [group.id],
    tags,
  });
  const targets = new TargetGroup("nodes", { region, vpcId: vpc.id, port: 5000, protocol: "TCP", targetType: "ip", tags });
  const listener = new Listener("tls", {
    region,
    loadBalancerArn: balancer.arn,
    port: 443,
    protocol: "TLS",
    certificateArn: validated.certificateArn,
    sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
    defaultActions: [{ type: "forward", targetGroupArn: targets.arn }],
    tags,
  });
  const alias = { name: balancer.dnsName, zoneId: balancer.zoneId, evaluateTargetHealth: true };
  const latencyRoutingPolicies = [{ region }];
  new DnsRecord("registry", { zoneId: zone.zoneId, name, type: "A", aliases: [alias], setIdentifier: region, latencyRoutingPolicies });

  const principal = { Effect: "Allow", Principal: { Service: "ecs-tasks.amazonaws.com" }, Action: "sts:AssumeRole" };
  const role = new Role("execution", { assumeRolePolicy: JSON.stringify({ Version: "2012-10-17", Statement: [principal] }), tags });
  const log = new LogGroup("log", { region, name: "/ha-registry/testbed", retentionInDays: 30, tags });
  const secret = new Secret("secret", { region, kmsKeyId: key.arn, recoveryWindowInDays: 0, tags });
  new SecretVersion("secret", { region, secretId: secret.id, secretString: pulumi.secret(secretText) });
  const cluster = new Cluster("cluster", { region, settings: [{ name: "containerInsights", value: "enabled" }], tags });
  const containerDefinitions = pulumi.jsonStringify([
    {
      name: "registry",
      image,
      essential: true,
      readonlyRootFilesystem: true,
      portMappings: [{ containerPort: 5000, protocol: "tcp" }],
      secrets: [{ name: "REGISTRY_HTTP_SECRET", valueFrom: secret.arn }],
      logConfiguration: {
        logDriver: "awslogs",
        options: { "awslogs-group": log.name, "awslogs-region": region, "awslogs-stream-prefix": "registry" },
      },
    },
  ]);
  const taskDefinition = new TaskDefinition("node", {
    region,
    family: "testbed-node",
    cpu: "512",
    memory: "1024",
    networkMode: "awsvpc",
    requiresCompatibilities: ["FARGATE"],
    executionRoleArn: role.arn,
    containerDefinitions,
    tags,
  });
  new Service(
    "node",
    {
      region,
      cluster: cluster.arn,
      taskDefinition: taskDefinition.arn,
      desiredCount: 2,
      launchType: "FARGATE",
      deploymentCircuitBreaker: { enable: true, rollback: true },
      networkConfiguration: { subnets: subnetIds, securityGroups: [group.id] },
      loadBalancers: [{ targetGroupArn: targets.arn, containerName: "registry", containerPort: 5000 }],
      tags,
    },
    { dependsOn: [listener] },
  );

  const subnetGroup = new SubnetGroup("redis", { region, subnetIds, tags });
  new ReplicationGroup("redis", {
    region,
    description: "cache of the registry",
    engine: "valkey",
    nodeType: "cache.t4g.small",
    numCacheClusters: 2,
    automaticFailoverEnabled: true,
    multiAzEnabled: true,
    atRestEncryptionEnabled: true,
    transitEncryptionEnabled: true,
    authToken: pulumi.secret(`${secretText}-of-redis`),
    subnetGroupName: subnetGroup.name,
    securityGroupIds: [group.id],
    applyImmediately: true,
    tags,
  });
  new Repository("repository", { region, name: "testbed/app", imageTagMutability: "IMMUTABLE", forceDelete: true, tags });
  return {};
};

/** What is not shown here is all that AWS itself does with what it is told: see `Aws`. */
describe("a program on the aws provider", () => {
  let aws: Aws;
  let stack: Stack;
  let directory: string;
  let atFirst: Record<string, string[]>;

  before(async () => {
    aws = await Aws.start();
    directory = await mkdtemp(path.join(tmpdir(), "aws-"));
    stack = await createLocalStack("aws", { directory, optional: ["aws"], environment: aws.environment });
    atFirst = await aws.inventory(region);
  });

  after(async () => {
    await aws?.stop();
    if (directory !== undefined) await rm(directory, { recursive: true, force: true });
  });

  test("comes up, and AWS has what it says", async () => {
    await stack.up({ program: program("registry:3.1.2"), color: "never" });

    const { Status } = await aws.ask(region, { service: "s3", operation: "get_bucket_versioning", parameters: { Bucket: "testbed-data" } });
    assert.equal(Status, "Enabled");
    assert.deepEqual(await image(), "registry:3.1.2");
  });

  test("has nothing to do a second time, and finds nothing changed by anybody else", async () => {
    const preview = await stack.preview({ program: program("registry:3.1.2"), color: "never" });
    assert.deepEqual(Object.keys(preview.changeSummary), ["same"]);
    const { summary } = await stack.refresh({ color: "never" });
    assert.deepEqual(Object.keys(summary.resourceChanges ?? {}), ["same"]);
  });

  test("changes what its arguments change", async () => {
    const { summary } = await stack.up({ program: program("registry:3.1.3"), color: "never" });
    assert.deepEqual(Object.keys(summary.resourceChanges ?? {}).sort(), ["replace", "same", "update"]);
    assert.deepEqual(await image(), "registry:3.1.3");
  });

  test("keeps its secrets encrypted", async () => {
    const entries = await readdir(path.join(directory, ".pulumi"), { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
    const texts = await Promise.all(files.map((file) => readFile(file, "utf8")));
    assert.ok(
      texts.some((text) => text.includes("aws:secretsmanager/secretVersion:SecretVersion")),
      "no state was read",
    );
    assert.ok(!texts.some((text) => text.includes(secretText)), "a secret is in the state");
  });

  test("leaves nothing behind when it is destroyed", async () => {
    await stack.destroy({ color: "never" });
    assert.deepEqual(await aws.inventory(region), atFirst);
  });

  async function image(): Promise<unknown> {
    const { taskDefinition } = await aws.ask<{ taskDefinition: { containerDefinitions: { image: string }[] } }>(region, {
      service: "ecs",
      operation: "describe_task_definition",
      parameters: { taskDefinition: "testbed-node" },
    });
    return taskDefinition.containerDefinitions[0]?.image;
  }
});
