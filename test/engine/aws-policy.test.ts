import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Certificate } from "@pulumi/aws/acm/certificate";
import { Target as AutoscalingTarget } from "@pulumi/aws/appautoscaling/target";
import { Trail } from "@pulumi/aws/cloudtrail/trail";
import { LogGroup } from "@pulumi/aws/cloudwatch/logGroup";
import { MetricAlarm } from "@pulumi/aws/cloudwatch/metricAlarm";
import { FlowLog } from "@pulumi/aws/ec2/flowLog";
import { SecurityGroup } from "@pulumi/aws/ec2/securityGroup";
import { Subnet } from "@pulumi/aws/ec2/subnet";
import { Vpc } from "@pulumi/aws/ec2/vpc";
import { Repository } from "@pulumi/aws/ecr/repository";
import { RepositoryPolicy } from "@pulumi/aws/ecr/repositoryPolicy";
import { Cluster } from "@pulumi/aws/ecs/cluster";
import { Service, type ServiceArgs } from "@pulumi/aws/ecs/service";
import { TaskDefinition } from "@pulumi/aws/ecs/taskDefinition";
import { ReplicationGroup } from "@pulumi/aws/elasticache/replicationGroup";
import { SubnetGroup } from "@pulumi/aws/elasticache/subnetGroup";
import { Role } from "@pulumi/aws/iam/role";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy";
import { RolePolicyAttachment } from "@pulumi/aws/iam/rolePolicyAttachment";
import { Key } from "@pulumi/aws/kms/key";
import { Listener } from "@pulumi/aws/lb/listener";
import { LoadBalancer } from "@pulumi/aws/lb/loadBalancer";
import { TargetGroup } from "@pulumi/aws/lb/targetGroup";
import { Record as DnsRecord } from "@pulumi/aws/route53/record";
import { Bucket } from "@pulumi/aws/s3/bucket";
import { BucketLifecycleConfiguration } from "@pulumi/aws/s3/bucketLifecycleConfiguration";
import { BucketPolicy } from "@pulumi/aws/s3/bucketPolicy";
import { BucketPublicAccessBlock } from "@pulumi/aws/s3/bucketPublicAccessBlock";
import { BucketReplicationConfig } from "@pulumi/aws/s3/bucketReplicationConfig";
import { BucketServerSideEncryptionConfiguration } from "@pulumi/aws/s3/bucketServerSideEncryptionConfiguration";
import { BucketVersioning } from "@pulumi/aws/s3/bucketVersioning";
import { Secret } from "@pulumi/aws/secretsmanager/secret";
import { Topic } from "@pulumi/aws/sns/topic";
import { SecurityGroupIngressRule } from "@pulumi/aws/vpc/securityGroupIngressRule";
import * as pulumi from "@pulumi/pulumi";
import { policies as pack } from "ha-registry-policy-aws/dist/policies";
import { Aws } from "./support/aws";
import { previewWithPolicies, type PolicyOutcome, type PolicyPreview } from "./support/policy-stack";

// The pack as users run it: `pulumi preview --policy-pack`, on programs that know nothing of this library, with the real provider. Nothing is created, and AWS is asked nothing. That the library's
// own registries pass is shown by test/engine/aws-registry.test.ts.

const region = "eu-central-1";
const digest = `sha256:${"0".repeat(64)}`;
const tags = { project: "registry", env: "prod", owner: "platform" };
const place = { region, tags };

/** What the resource types that moto's provider lacks are judged by in test/policy/aws alone. */
const unbuilt = ["access-keys", "instance-metadata"];

let aws: Aws;

before(async () => {
  aws = await Aws.start();
});

after(() => aws?.stop());

function preview(make: () => void, options: Partial<PolicyPreview> = {}): Promise<PolicyOutcome> {
  return previewWithPolicies({ stack: "prod", pack: "aws", environment: aws.environment, program: async () => make(), ...options });
}

function document(...statements: object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

const trust = document({ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "ecs-tasks.amazonaws.com" } });

/** A container that breaks no rule. */
const container = {
  name: "registry",
  image: `registry:3.1.2@${digest}`,
  essential: true,
  user: "65532:65532",
  readonlyRootFilesystem: true,
  linuxParameters: { capabilities: { drop: ["ALL"] } },
  environment: [{ name: "REGISTRY_STORAGE_S3_REGION", value: region }],
  secrets: [
    { name: "REGISTRY_HTTP_SECRET", valueFrom: "arn:aws:secretsmanager:eu-central-1:123456789012:secret:http" },
    { name: "REGISTRY_AUTH_HTPASSWD_PATH", valueFrom: "arn:aws:secretsmanager:eu-central-1:123456789012:secret:path" },
  ],
  logConfiguration: { logDriver: "awslogs", options: { "awslogs-group": "registry", "awslogs-region": region } },
};

function serviceOf(name: string, containers: pulumi.Input<string>, further: Partial<ServiceArgs>, task: object = {}): void {
  const cluster = new Cluster(name, { ...place, settings: [{ name: "containerInsights", value: "enabled" }] });
  const definition = new TaskDefinition(name, {
    ...place,
    family: name,
    networkMode: "awsvpc",
    requiresCompatibilities: ["FARGATE"],
    cpu: "512",
    memory: "1024",
    containerDefinitions: containers,
    ...task,
  });
  new Service(name, {
    ...place,
    cluster: cluster.arn,
    taskDefinition: definition.arn,
    desiredCount: 3,
    deploymentCircuitBreaker: { enable: true, rollback: true },
    ...further,
  });
}

function compliantNetwork(key: Key): Subnet[] {
  const network = new Vpc("network", { ...place, cidrBlock: "10.64.0.0/16" });
  const group = new LogGroup("flows", { ...place, retentionInDays: 180, kmsKeyId: key.arn });
  new FlowLog("flows", {
    ...place,
    vpcId: network.id,
    trafficType: "ALL",
    logDestination: group.arn,
    iamRoleArn: "arn:aws:iam::123456789012:role/flows",
  });
  const zones = ["a", "b"].map((zone, index) => ({ zone: `${region}${zone}`, cidrBlock: `10.64.${index}.0/24` }));
  return zones.map(({ zone, cidrBlock }) => new Subnet(zone, { ...place, vpcId: network.id, availabilityZone: zone, cidrBlock }));
}

function compliantBucket(key: Key): void {
  const bucket = new Bucket("images", place, { protect: true });
  const of = { region, bucket: bucket.bucket };
  new BucketVersioning("images", { ...of, versioningConfiguration: { status: "Enabled" } });
  const algorithm = { sseAlgorithm: "aws:kms", kmsMasterKeyId: key.arn };
  new BucketServerSideEncryptionConfiguration("images", { ...of, rules: [{ applyServerSideEncryptionByDefault: algorithm }] });
  const block = { blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true };
  new BucketPublicAccessBlock("images", { ...of, ...block });
  const inClear = { Effect: "Deny", Principal: "*", Action: "s3:*", Condition: { Bool: { "aws:SecureTransport": "false" } } };
  new BucketPolicy("images", { ...of, policy: bucket.arn.apply((arn) => document({ ...inClear, Resource: [arn, `${arn}/*`] })) });
  const rule = { id: "uploads", status: "Enabled", filter: { prefix: "" }, abortIncompleteMultipartUpload: { daysAfterInitiation: 7 } };
  const old = {
    id: "old",
    status: "Enabled",
    filter: { prefix: "" },
    expiration: { expiredObjectDeleteMarker: true },
    noncurrentVersionExpiration: { noncurrentDays: 30 },
  };
  new BucketLifecycleConfiguration("images", { ...of, rules: [rule, old] });
  new BucketReplicationConfig("images", {
    ...of,
    role: "arn:aws:iam::123456789012:role/copy",
    rules: [{ id: "all", status: "Enabled", destination: { bucket: "arn:aws:s3:::far" } }],
  });
}

function compliant(): void {
  const key = new Key("key", { ...place, enableKeyRotation: true }, { protect: true });
  const subnetIds = compliantNetwork(key).map(({ id }) => id);
  compliantBucket(key);
  const balancer = new LoadBalancer("balancer", {
    ...place,
    loadBalancerType: "network",
    internal: true,
    subnets: subnetIds,
    enableCrossZoneLoadBalancing: true,
    enableDeletionProtection: true,
    accessLogs: { bucket: "logs-of-everything", enabled: true },
  });
  const targets = new TargetGroup("targets", {
    ...place,
    port: 5000,
    protocol: "TLS",
    targetType: "ip",
    vpcId: "vpc-1",
    healthCheck: { protocol: "HTTPS", path: "/health" },
  });
  new Listener("listener", {
    ...place,
    loadBalancerArn: balancer.arn,
    port: 443,
    protocol: "TLS",
    sslPolicy: "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
    certificateArn: "arn:aws:acm:eu-central-1:123456789012:certificate/00000000-0000-4000-8000-000000000000",
    defaultActions: [{ type: "forward", targetGroupArn: targets.arn }],
  });
  new SecurityGroupIngressRule("clients", {
    ...place,
    securityGroupId: "sg-1",
    ipProtocol: "tcp",
    fromPort: 443,
    toPort: 443,
    cidrIpv4: "10.0.0.0/8",
  });
  serviceOf("registry", JSON.stringify([container]), { networkConfiguration: { subnets: subnetIds, assignPublicIp: false } });
  const group = new SubnetGroup("redis", { ...place, subnetIds });
  new ReplicationGroup("redis", {
    ...place,
    description: "Descriptors",
    engine: "valkey",
    nodeType: "cache.t4g.small",
    numCacheClusters: 2,
    automaticFailoverEnabled: true,
    multiAzEnabled: true,
    subnetGroupName: group.name,
    transitEncryptionEnabled: true,
    atRestEncryptionEnabled: true,
    kmsKeyId: key.arn,
    authToken: pulumi.secret("sixteen-letters-or-more"),
  });
  new Secret("secret", { ...place, kmsKeyId: key.arn });
  const role = new Role("nodes", { tags, assumeRolePolicy: trust });
  new RolePolicy("nodes", {
    role: role.name,
    policy: document({ Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::images/*" }),
  });
  new DnsRecord("name", { zoneId: "Z1", name: "registry.corp.example", type: "A", ttl: 300, records: ["192.0.2.1"] });
  new Certificate("certificate", { ...place, domainName: "registry.corp.example", validationMethod: "DNS" });
  const topic = new Topic("operators", { ...place });
  new MetricAlarm("nodes", {
    ...place,
    comparisonOperator: "LessThanThreshold",
    evaluationPeriods: 1,
    threshold: 2,
    metricName: "x",
    namespace: "y",
    period: 60,
    statistic: "Average",
    alarmActions: [topic.arn],
  });
  const scanned = { imageScanningConfiguration: { scanOnPush: true }, imageTagMutability: "IMMUTABLE" };
  new Repository(
    "images",
    { ...place, ...scanned, encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: key.arn }] },
    { protect: true },
  );
}

/** As a registry is tried out, and worse. */
function violating(): void {
  const everyone = "0.0.0.0/0";
  new Vpc("open", { region, cidrBlock: "10.64.0.0/16" });
  new Subnet("open", { region, vpcId: "vpc-1", cidrBlock: "10.64.0.0/24", mapPublicIpOnLaunch: true });
  new SecurityGroup("open", {
    region,
    vpcId: "vpc-1",
    ingress: [{ protocol: "tcp", fromPort: 6379, toPort: 6379, cidrBlocks: [everyone] }],
    egress: [{ protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: [everyone] }],
  });
  const bucket = new Bucket("images", { region, acl: "public-read", forceDestroy: true });
  const wide = { id: "old", status: "Enabled", filter: { prefix: "" }, expiration: { days: 30 } };
  new BucketLifecycleConfiguration("images", { region, bucket: bucket.bucket, rules: [wide] });
  new RepositoryPolicy("images", {
    region,
    repository: new Repository("images", { region }).name,
    policy: document({ Effect: "Allow", Principal: "*", Action: "ecr:BatchGetImage" }),
  });
  violatingBalancer();
  violatingTasks();
  new ReplicationGroup("redis", {
    region,
    description: "Descriptors",
    nodeType: "cache.t4g.small",
    numNodeGroups: 2,
    parameterGroupName: "default.redis7.cluster.on",
  });
  new Key("key", { region });
  new Secret("secret", { region, recoveryWindowInDays: 0 });
  new LogGroup("logs", { region, retentionInDays: 7 });
  new Trail("trail", { region, s3BucketName: "logs" });
  const role = new Role("nodes", { assumeRolePolicy: document({ Effect: "Allow", Action: "sts:AssumeRole", Principal: "*" }) });
  new RolePolicyAttachment("nodes", { role: role.name, policyArn: "arn:aws:iam::aws:policy/AdministratorAccess" });
  const primary = { setIdentifier: "first", failoverRoutingPolicies: [{ type: "PRIMARY" }] };
  new DnsRecord("name", { zoneId: "Z1", name: "registry.corp.example", type: "A", ttl: 3600, records: ["192.0.2.1"], ...primary });
  new Certificate("certificate", { region, domainName: "registry.corp.example", validationMethod: "EMAIL", keyAlgorithm: "RSA_1024" });
}

function violatingBalancer(): void {
  const balancer = new LoadBalancer("balancer", { region, loadBalancerType: "network", subnets: ["subnet-1"] });
  const targets = new TargetGroup("targets", {
    region,
    port: 5000,
    protocol: "TCP",
    targetType: "ip",
    vpcId: "vpc-1",
    deregistrationDelay: 0,
  });
  const defaultActions = [{ type: "forward", targetGroupArn: targets.arn }];
  new Listener("clear", { region, loadBalancerArn: balancer.arn, port: 80, protocol: "TCP", defaultActions });
  new Listener("old", {
    region,
    loadBalancerArn: balancer.arn,
    port: 443,
    protocol: "TLS",
    sslPolicy: "ELBSecurityPolicy-2016-08",
    certificateArn: "arn:aws:acm:eu-central-1:123456789012:certificate/00000000-0000-4000-8000-000000000000",
    defaultActions,
  });
}

function violatingTasks(): void {
  const worse = {
    name: "registry",
    image: "bitnami/registry:2.8.1",
    privileged: true,
    environment: [
      { name: "REGISTRY_STORAGE_S3_BUCKET", value: "images" },
      { name: "AWS_SECRET_ACCESS_KEY", value: "hunter2" },
    ],
  };
  const newest = { name: "newest", image: "nginx:latest" };
  const open = { networkConfiguration: { subnets: ["subnet-1"], assignPublicIp: true } };
  const careless = { desiredCount: 2, deploymentMinimumHealthyPercent: 50, deploymentCircuitBreaker: { enable: false, rollback: false } };
  serviceOf(
    "registry",
    JSON.stringify([worse, newest]),
    { ...open, ...careless, enableExecuteCommand: true },
    { networkMode: "host", requiresCompatibilities: ["EC2"] },
  );
  new Cluster("blind", { region });
  new TaskDefinition("collect", {
    region,
    family: "collect",
    containerDefinitions: JSON.stringify([{ name: "collect", image: "registry:3.1.2", command: ["garbage-collect", "/config.yml"] }]),
  });
  new AutoscalingTarget("other", {
    region,
    serviceNamespace: "ecs",
    scalableDimension: "ecs:service:DesiredCount",
    resourceId: "service/x/y",
    minCapacity: 1,
    maxCapacity: 2,
  });
}

test("a program that breaks no rule passes", async () => {
  const { passed, violations, stderr } = await preview(compliant);
  assert.deepEqual(violations, []);
  assert.ok(passed, stderr);
});

test("a program that does is stopped, and every policy finds something in it", async () => {
  const policies = { region: { allowed: ["us-*"] } };
  const { passed, violations, messages } = await preview(violating, { policies });
  assert.equal(passed, false);
  const found = new Set(violations.map((violation) => violation.split(":")[0]));
  assert.deepEqual(
    pack.map(({ name }) => name).filter((name) => !found.has(name)),
    unbuilt,
  );
  const named = (policy: string): string[] => violations.filter((violation) => violation.startsWith(`${policy}: `));
  assert.deepEqual(named("tls-version"), ["tls-version: old"]);
  assert.deepEqual(named("target-tls"), ["target-tls: targets"]);
  assert.deepEqual(named("container-insights"), ["container-insights: blind"]);
  assert.match(messages["image-floor: registry"] ?? "", /older than 3\.1\.2 \(CVE-/);
});

test("a stack outside production is asked for less, and its own configuration for less again", async () => {
  const policies = {
    all: { enforcementLevel: "advisory" },
    "root-user": { exceptions: ["reg*", "col*"] },
    "flow-logs": { enforcementLevel: "disabled" },
  };
  const { passed, violations, stderr } = await preview(violating, { stack: "dev", policies });
  assert.ok(passed, stderr);
  const found = new Set(violations.map((violation) => violation.split(":")[0]));
  for (const gone of ["root-user", "flow-logs", "image-digest", "deletion-protection", "region"])
    assert.ok(!found.has(gone), `${gone} is still reported`);
  assert.ok(found.has("privileged-container"));
});
