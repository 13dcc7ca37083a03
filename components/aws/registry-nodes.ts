import { Policy as ScalingPolicy } from "@pulumi/aws/appautoscaling/policy";
import { Target as ScalingTarget } from "@pulumi/aws/appautoscaling/target";
import { LogGroup } from "@pulumi/aws/cloudwatch/logGroup";
import { Cluster } from "@pulumi/aws/ecs/cluster";
import { Service } from "@pulumi/aws/ecs/service";
import { TaskDefinition } from "@pulumi/aws/ecs/taskDefinition";
import { Role } from "@pulumi/aws/iam/role";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import {
  AccessMode,
  isEcrImage,
  renderAssumeRolePolicy,
  renderAwsHaproxy,
  renderBalancerScript,
  renderExecutionPolicy,
  renderNodePolicy,
  renderRegistryConfig,
  taskPath,
  withAddresses,
  withHome,
} from "ha-registry-core";
import type { AwsAddresses, AwsTopology, RegistrySecrets, RegistrySettings } from "ha-registry-core";
import { present } from "ha-registry-core/pulumi";
import { renderContainers } from "./registry-tasks";
import { regional, shortName, tagsOf } from "./resources";
import { TaskFiles } from "./task-files";
import type { SecretVariable } from "./task-files";

/** Arguments of `RegistryNodes`. */
export interface RegistryNodesArgs {
  /** The resolved registry. */
  topology: AwsTopology;
  /** Account of the registry. */
  accountId: pulumi.Input<string>;
  /** Private subnets in which tasks run. */
  subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** Security group of the tasks. */
  securityGroupId: pulumi.Input<string>;
  /** Group of targets that tasks join. */
  targetGroupArn: pulumi.Input<string>;
  /** Name of the bucket with blobs and manifests. */
  bucket: pulumi.Input<string>;
  /** ARN of that bucket. */
  bucketArn: pulumi.Input<string>;
  /** `host:port` of Redis. @default - that of the user's own, or none */
  redisAddress?: pulumi.Input<string>;
  /** ARN of the key that everything at rest is encrypted with. */
  keyArn: pulumi.Input<string>;
  /** What ends in the registry's configuration. @default - the registry's defaults, as this library sets them */
  settings?: pulumi.Input<RegistrySettings>;
  /** Certificate and key that HAProxys show the load balancer, a secret. */
  internalPem: pulumi.Input<string>;
  /** The registry's password file, a secret. @default - none */
  htpasswd?: pulumi.Input<string>;
  /** CA of an external Redis. @default - the system's */
  redisCaPem?: pulumi.Input<string>;
  /** Certificates of the authorization server. @default - none */
  tokenCertificatesPem?: pulumi.Input<string>;
  /** Keys of the authorization server, as a JWKS. @default - none */
  tokenJwks?: pulumi.Input<string>;
  /** Passwords, secrets, without the HTTP secret, which is made here. @default - none */
  secrets?: pulumi.Input<Record<string, string>>;
  /** Headers of event posts, by receiver, then by header, secrets. @default - none */
  notificationHeaders?: pulumi.Input<Record<string, Record<string, string[]>>>;
  /** What nodes sign the state of uploads with, a secret, where it is made elsewhere, for several regions. @default - it is made here */
  httpSecret?: pulumi.Input<string>;
  /** DNS name of home's load balancer, where home is another region. @default - none */
  homeAddress?: pulumi.Input<string>;
  /** CA of the certificate that home shows. @default - the CAs of HAProxy's image */
  homeCaPem?: pulumi.Input<string>;
}

const part = "nodes";

/**
 * The registry nodes: tasks on Fargate, in several zones. They share bucket, HTTP secret and Redis, nothing else, so that an upload begun on one can go on at another.
 *
 * A change replaces them one after the other: new ones serve before old ones are asked to go. When new ones do not come up, ECS goes back to the old ones by itself, and `up`
 * fails.
 */
export class RegistryNodes extends pulumi.ComponentResource {
  /** Name of the log group with what nodes and balancers write. */
  readonly logGroupName: pulumi.Output<string>;
  /** Name of the ECS cluster. */
  readonly clusterName: pulumi.Output<string>;
  /** Name of the ECS service. */
  readonly serviceName: pulumi.Output<string>;

  constructor(name: string, args: RegistryNodesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-registry-aws:index:RegistryNodes", name, {}, opts);
    const { topology } = args;
    const { nodes } = topology;
    const child = { parent: this };
    const place = regional(topology, part);

    const httpSecret =
      args.httpSecret === undefined
        ? new random.RandomPassword(`${name}-http-secret`, { length: 64, special: false }, child).result
        : pulumi.secret(args.httpSecret);
    const logs = new LogGroup(
      name,
      { ...place, name: `/ha-registry/${topology.name}/nodes`, retentionInDays: topology.logRetentionDays, kmsKeyId: args.keyArn },
      child,
    );
    const files = this.makeFiles(name, args, httpSecret);
    const roles = this.makeRoles(name, args, logs, [files.registry.secretArn, files.haproxy.secretArn]);
    const cluster = new Cluster(name, { ...place, settings: [{ name: "containerInsights", value: "enabled" }] }, child);
    const definition = new TaskDefinition(
      name,
      {
        ...place,
        family: `${topology.name}-nodes`,
        requiresCompatibilities: ["FARGATE"],
        networkMode: "awsvpc",
        runtimePlatform: { operatingSystemFamily: "LINUX", cpuArchitecture: nodes.architecture },
        cpu: `${nodes.cpuUnits}`,
        memory: `${nodes.taskMemoryMiB}`,
        executionRoleArn: roles.execution.arn,
        taskRoleArn: roles.task.arn,
        containerDefinitions: containersOf(args, files, logs.name),
      },
      child,
    );
    const service = new Service(
      name,
      {
        ...place,
        cluster: cluster.arn,
        taskDefinition: definition.arn,
        launchType: "FARGATE",
        desiredCount: nodes.count,
        deploymentMinimumHealthyPercent: 100,
        deploymentMaximumPercent: 200,
        deploymentCircuitBreaker: { enable: true, rollback: true },
        availabilityZoneRebalancing: "ENABLED",
        healthCheckGracePeriodSeconds: 120,
        networkConfiguration: { subnets: args.subnetIds, securityGroups: [args.securityGroupId], assignPublicIp: false },
        loadBalancers: [{ targetGroupArn: args.targetGroupArn, containerName: "haproxy", containerPort: nodes.balancerPort }],
        enableEcsManagedTags: true,
        propagateTags: "SERVICE",
        waitForSteadyState: nodes.waitUntilSteady,
      },
      // Without its rights a task cannot start. How many there are is for the autoscaler to say.
      { ...child, dependsOn: roles.policies, ...(nodes.autoscaling === undefined ? {} : { ignoreChanges: ["desiredCount"] }) },
    );
    if (nodes.autoscaling !== undefined) this.scale(name, topology, cluster, service);

    this.logGroupName = logs.name;
    this.clusterName = cluster.name;
    this.serviceName = service.name;
    this.registerOutputs({ logGroupName: this.logGroupName, clusterName: this.clusterName, serviceName: this.serviceName });
  }

  private makeFiles(name: string, args: RegistryNodesArgs, httpSecret: pulumi.Output<string>): { registry: TaskFiles; haproxy: TaskFiles } {
    const { topology, keyArn } = args;
    const child = { parent: this };
    const registry = present<string>({ "config.yml": configuration(args, httpSecret), htpasswd: args.htpasswd });
    return {
      registry: new TaskFiles(`${name}-registry`, { topology, part: "registry", keyArn, files: registry }, child),
      haproxy: new TaskFiles(`${name}-haproxy`, { topology, part: "haproxy", keyArn, files: { "balancer.pem": args.internalPem } }, child),
    };
  }

  private makeRoles(name: string, args: RegistryNodesArgs, logs: LogGroup, secretArns: pulumi.Output<string>[]) {
    const { topology } = args;
    const { partition, region, images, nodes, objectStore } = topology;
    const child = { parent: this };
    const assume = pulumi
      .output(args.accountId)
      .apply((account) => renderAssumeRolePolicy("ecs-tasks", "ecs", { partition, region, account }));
    const role = (of: string): Role =>
      new Role(
        `${name}-${of}`,
        { ...shortName(`${name}-${of}`, 64), tags: tagsOf(topology, `${part}-${of}`), assumeRolePolicy: assume },
        child,
      );
    const execution = role("execution");
    const task = role("task");
    const credentials = nodes.imageCredentialsArn === undefined ? [] : [nodes.imageCredentialsArn];
    const policies = [
      new RolePolicy(
        `${name}-execution`,
        {
          role: execution.name,
          policy: pulumi
            .all([pulumi.all(secretArns), args.keyArn, logs.arn, args.accountId])
            .apply(([arns, keyArn, logGroupArn, account]) =>
              renderExecutionPolicy(
                {
                  secretArns: [...arns, ...credentials],
                  keyArn,
                  logGroupArn,
                  ecrImages: [images.registry, images.haproxy].filter(isEcrImage),
                },
                { partition, region, account },
              ),
            ),
        },
        child,
      ),
      new RolePolicy(
        `${name}-task`,
        {
          role: task.name,
          policy: pulumi
            .all([args.bucketArn, args.keyArn])
            .apply(([bucketArn, keyArn]) => renderNodePolicy(bucketArn, objectStore.s3.rootDirectory, keyArn, topology.storeIsCopy)),
        },
        child,
      ),
    ];
    return { execution, task, policies };
  }

  private scale(name: string, { region, nodes: { count, autoscaling } }: AwsTopology, cluster: Cluster, service: Service): void {
    if (autoscaling === undefined) return;
    const child = { parent: this };
    const target = new ScalingTarget(
      name,
      {
        region,
        serviceNamespace: "ecs",
        scalableDimension: "ecs:service:DesiredCount",
        resourceId: pulumi.interpolate`service/${cluster.name}/${service.name}`,
        minCapacity: count,
        maxCapacity: autoscaling.maximum,
      },
      child,
    );
    new ScalingPolicy(
      name,
      {
        region,
        policyType: "TargetTrackingScaling",
        serviceNamespace: target.serviceNamespace,
        scalableDimension: target.scalableDimension,
        resourceId: target.resourceId,
        targetTrackingScalingPolicyConfiguration: {
          predefinedMetricSpecification: { predefinedMetricType: "ECSServiceAverageCPUUtilization" },
          targetValue: autoscaling.cpuPercent,
          scaleOutCooldown: 60,
          scaleInCooldown: 300,
        },
      },
      child,
    );
  }
}

function containersOf(args: RegistryNodesArgs, files: { registry: TaskFiles; haproxy: TaskFiles }, logGroup: pulumi.Output<string>) {
  const { topology } = args;
  const plain = { "redis-ca.crt": args.redisCaPem, "token.crt": args.tokenCertificatesPem, "token-jwks.json": args.tokenJwks };
  return pulumi
    .all([
      pulumi.all(present(plain)),
      pulumi.all(present({ "home-ca.crt": args.homeCaPem })),
      secretsOf(files.registry),
      secretsOf(files.haproxy),
      pulumi.output(args.homeAddress),
      logGroup,
    ])
    .apply(([registryFiles, haproxyFiles, registrySecrets, haproxySecrets, homeAddress, group]) => {
      const haproxyConfig = renderAwsHaproxy(withHome(topology, homeAddress ?? ""), {
        certificate: taskPath("balancer.pem"),
        homeCa: "home-ca.crt" in haproxyFiles ? taskPath("home-ca.crt") : undefined,
      });
      const scripts = { "balancer.sh": renderBalancerScript(), "haproxy.cfg": haproxyConfig };
      return renderContainers({
        topology,
        registry: { plain: registryFiles, ...registrySecrets },
        haproxy: { plain: { ...scripts, ...haproxyFiles }, ...haproxySecrets },
        logGroup: group,
      });
    });
}

function secretsOf({ fileNames, variables }: TaskFiles): pulumi.Output<{ secretNames: string[]; secrets: SecretVariable[] }> {
  return pulumi.all([fileNames, variables]).apply(([secretNames, secrets]) => ({ secretNames, secrets }));
}

function configuration(args: RegistryNodesArgs, httpSecret: pulumi.Output<string>): pulumi.Output<string> {
  const { topology } = args;
  const pathIf = (input: unknown, name: string): string | undefined => (input === undefined ? undefined : taskPath(name));
  const addresses: pulumi.Output<AwsAddresses> = pulumi.output({
    bucket: args.bucket,
    ...(topology.objectStore.existingBucket === undefined || topology.existingKeyArn !== undefined ? { keyArn: args.keyArn } : {}),
    ...(args.redisAddress === undefined ? {} : { redis: args.redisAddress }),
  });
  return pulumi
    .all([
      addresses,
      pulumi.output(args.settings ?? {}),
      pulumi.output(args.secrets ?? {}),
      pulumi.output(args.notificationHeaders),
      httpSecret,
    ])
    .apply(([found, settings, secrets, notificationHeaders, secret]) => {
      const all: RegistrySecrets = { ...secrets, notificationHeaders, httpSecret: secret };
      return renderRegistryConfig(withAddresses(topology, found), settings, all, {
        htpasswd: topology.access.mode === AccessMode.Htpasswd ? taskPath("htpasswd") : undefined,
        tokenCertificates: pathIf(args.tokenCertificatesPem, "token.crt"),
        tokenJwks: pathIf(args.tokenJwks, "token-jwks.json"),
        redisCa: pathIf(args.redisCaPem, "redis-ca.crt"),
      });
    });
}
