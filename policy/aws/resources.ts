import type { Judged } from "ha-registry-policy-common";

/**
 * Type tokens of the resources that policies look at. Some have two: `V2` is what version 6 of the provider calls some parts of buckets, `alb` another name of `lb`.
 */
export const types = {
  accessKey: ["aws:iam/accessKey:AccessKey"],
  autoscalingTarget: ["aws:appautoscaling/target:Target"],
  bucket: ["aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"],
  bucketAcl: ["aws:s3/bucketAcl:BucketAcl", "aws:s3/bucketAclV2:BucketAclV2"],
  bucketEncryption: [
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
  ],
  bucketLifecycle: [
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2",
  ],
  bucketLogging: ["aws:s3/bucketLogging:BucketLogging", "aws:s3/bucketLoggingV2:BucketLoggingV2"],
  bucketPolicy: ["aws:s3/bucketPolicy:BucketPolicy"],
  bucketPublicAccessBlock: ["aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"],
  bucketReplication: ["aws:s3/bucketReplicationConfig:BucketReplicationConfig"],
  bucketVersioning: ["aws:s3/bucketVersioning:BucketVersioning", "aws:s3/bucketVersioningV2:BucketVersioningV2"],
  certificate: ["aws:acm/certificate:Certificate"],
  cluster: ["aws:ecs/cluster:Cluster"],
  dnsRecord: ["aws:route53/record:Record"],
  flowLog: ["aws:ec2/flowLog:FlowLog"],
  instance: ["aws:ec2/instance:Instance"],
  key: ["aws:kms/key:Key"],
  launchTemplate: ["aws:ec2/launchTemplate:LaunchTemplate"],
  listener: ["aws:lb/listener:Listener", "aws:alb/listener:Listener"],
  loadBalancer: ["aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer"],
  logGroup: ["aws:cloudwatch/logGroup:LogGroup"],
  metricAlarm: ["aws:cloudwatch/metricAlarm:MetricAlarm"],
  parameter: ["aws:ssm/parameter:Parameter"],
  policy: ["aws:iam/policy:Policy"],
  policyAttachment: ["aws:iam/rolePolicyAttachment:RolePolicyAttachment"],
  replicationGroup: ["aws:elasticache/replicationGroup:ReplicationGroup"],
  repository: ["aws:ecr/repository:Repository"],
  repositoryPolicy: ["aws:ecr/repositoryPolicy:RepositoryPolicy"],
  repositoryTemplate: ["aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate"],
  role: ["aws:iam/role:Role"],
  rolePolicy: ["aws:iam/rolePolicy:RolePolicy"],
  scanning: ["aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration"],
  secret: ["aws:secretsmanager/secret:Secret"],
  secretVersion: ["aws:secretsmanager/secretVersion:SecretVersion"],
  securityGroup: ["aws:ec2/securityGroup:SecurityGroup"],
  securityGroupEgressRule: ["aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"],
  securityGroupIngressRule: ["aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"],
  securityGroupRule: ["aws:ec2/securityGroupRule:SecurityGroupRule"],
  serverlessCache: ["aws:elasticache/serverlessCache:ServerlessCache"],
  service: ["aws:ecs/service:Service"],
  subnet: ["aws:ec2/subnet:Subnet"],
  subnetGroup: ["aws:elasticache/subnetGroup:SubnetGroup"],
  targetGroup: ["aws:lb/targetGroup:TargetGroup", "aws:alb/targetGroup:TargetGroup"],
  taskDefinition: ["aws:ecs/taskDefinition:TaskDefinition"],
  topic: ["aws:sns/topic:Topic"],
  topicPolicy: ["aws:sns/topicPolicy:TopicPolicy"],
  trail: ["aws:cloudtrail/trail:Trail"],
  userPolicy: ["aws:iam/userPolicy:UserPolicy"],
  vpc: ["aws:ec2/vpc:Vpc"],
  zone: ["aws:route53/zone:Zone"],
} as const satisfies Record<string, readonly string[]>;

/** A resource of a plan. */
export type Resource<P extends object = object> = Judged<P>;

/** Resources of a kind. The type of their properties is the caller's word. */
export function ofKind<P extends object>(resources: readonly Resource[], kind: readonly string[]): Resource<P>[] {
  return resources.filter((resource): resource is Resource<P> => kind.includes(resource.type));
}

/** By what resources are called elsewhere. */
interface Names {
  arn?: string;
  bucket?: string;
  family?: string;
  id?: string;
  name?: string;
}

/**
 * Whether a property of a resource is another resource's name, ID or ARN: the plan tells what it was computed from, which may not be known yet, or it has the
 * name itself.
 */
export function refersTo(resource: Resource, property: string, value: unknown, target: Resource): boolean {
  if ((resource.computedFrom[property] ?? []).includes(target.urn)) return true;
  const { arn, bucket, family, id, name } = target.properties as Names;
  return typeof value === "string" && [arn, bucket, family, id, name].some((text) => text === value);
}
