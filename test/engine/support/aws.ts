import { ensureMoto, type MotoPrograms } from "ha-registry-tools";
import { freePorts } from "./ports";
import { runProgram } from "./program";
import { ServerProcess } from "./server-process";

const loopback = "127.0.0.1";

/** The account that moto takes everybody for. */
export const awsAccount = "123456789012";

/** The host at which the provider looks for all of AWS. Nothing is called so: requests go through the proxy that moto is. */
const host = "aws";

/** Variables of a user who may do everything, and nothing that belongs to the user of this machine. */
const credentials = {
  AWS_ACCESS_KEY_ID: "test",
  AWS_SECRET_ACCESS_KEY: "test",
  // That of what is in no region; resources that are in one name it.
  AWS_REGION: "us-east-1",
  AWS_CONFIG_FILE: "/dev/null",
  AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
  AWS_EC2_METADATA_DISABLED: "true",
};

/** A question to AWS. */
export interface Question {
  /** Name of the service as boto3 has it, as `ec2`. */
  service: string;
  /** Operation as boto3 has it, as `describe_vpcs`. */
  operation: string;
  /** Its parameters. @default - none */
  parameters?: object;
}

/** What AWS answers, as boto3 gives it. */
export type Answer = Readonly<Record<string, unknown>>;

/** Reads questions and writes answers, which it asks for all by itself: a client takes longer to load than to ask. */
const asker = `
import boto3, json, sys
wanted = json.load(sys.stdin)
clients = {}
def ask(question):
    service = question["service"]
    if service not in clients:
        clients[service] = boto3.client(service, region_name=wanted["region"], endpoint_url=wanted["endpoint"])
    answer = getattr(clients[service], question["operation"])(**question.get("parameters", {}))
    answer.pop("ResponseMetadata", None)
    return answer
json.dump([ask(question) for question in wanted["questions"]], sys.stdout, default=str)
`;

/**
 * AWS as moto has it: in memory, and on the loopback interface alone. It keeps and gives back what it is told, with little of AWS's own
 * checks, and runs nothing: no task starts, no certificate is looked at, no object is copied, no permission refused.
 */
export class Aws {
  private constructor(
    private readonly port: number,
    private readonly programs: MotoPrograms,
    private readonly moto: ServerProcess,
  ) {}

  /**
   * Starts one that is empty.
   *
   * @throws {Error} with what moto printed, when it does not come up.
   */
  static async start(): Promise<Aws> {
    const programs = await ensureMoto({ report: () => undefined });
    const port = await freePorts(1);
    const moto = await ServerProcess.start({
      name: "moto",
      program: programs.python,
      args: [programs.server, "--host", loopback, "--port", String(port)],
      // Roles may have AWS's own policies. Python would write what it compiles beside its sources.
      environment: { MOTO_IAM_LOAD_MANAGED_POLICIES: "true", PYTHONDONTWRITEBYTECODE: "1" },
      port,
      seconds: 300,
    });
    return new Aws(port, programs, moto);
  }

  /**
   * Variables of a stack whose providers speak to it, whatever its program says. Through a proxy, because the names of buckets and
   * accounts come before that of the host, and such names lead nowhere.
   */
  get environment(): Record<string, string> {
    return { ...credentials, AWS_ENDPOINT_URL: `http://${host}`, HTTP_PROXY: this.#endpoint };
  }

  /** Asks it, as AWS is asked in a region. */
  async ask<T extends Answer = Answer>(region: string, question: Question): Promise<T> {
    const [answer] = await this.#askAll(region, [question]);
    return answer as T;
  }

  /** Everything that there is in a region, by what lists it, as `ec2 vpcs`; what an account has from the beginning is among it. */
  async inventory(region: string): Promise<Record<string, string[]>> {
    const answers = await this.#askAll(region, listings);
    const found = listings.map(({ service, items, name }, index): [string, string[]] => {
      const objects = (valueAt(answers[index], items) ?? []) as (string | Record<string, string>)[];
      return [`${service} ${items}`, objects.map((object) => (typeof object === "string" ? object : (object[name] ?? ""))).sort()];
    });
    return Object.fromEntries(found.filter(([, names]) => names.length > 0));
  }

  /** Ends it; nothing of it stays. */
  async stop(): Promise<void> {
    await this.moto.end();
  }

  get #endpoint(): string {
    return `http://${loopback}:${this.port}`;
  }

  async #askAll(region: string, questions: readonly Question[]): Promise<Answer[]> {
    const { stdout } = await runProgram(this.programs.python, ["-c", asker], {
      environment: { ...process.env, ...credentials },
      input: JSON.stringify({ region, endpoint: this.#endpoint, questions }),
    });
    return JSON.parse(stdout) as Answer[];
  }
}

/** What lies at a path of names with dots between them. */
function valueAt(answer: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((value, name) => (value as Answer | undefined)?.[name], answer);
}

/** What lists the objects of a kind. */
interface Listing extends Question {
  /** Where the answer has them: names with dots between them. */
  items: string;
  /** Field of an object that tells it from others; of no use where it is text itself. */
  name: string;
}

/** The kinds of objects that the library makes. What goes with its owner, as a bucket's versioning, is not among them. */
const listings: readonly Listing[] = [
  { service: "acm", operation: "list_certificates", items: "CertificateSummaryList", name: "CertificateArn" },
  { service: "amp", operation: "list_workspaces", items: "workspaces", name: "workspaceId" },
  { service: "cloudfront", operation: "list_origin_access_controls", items: "OriginAccessControlList.Items", name: "Id" },
  { service: "cloudtrail", operation: "list_trails", items: "Trails", name: "TrailARN" },
  { service: "cloudwatch", operation: "describe_alarms", items: "MetricAlarms", name: "AlarmName" },
  { service: "cloudwatch", operation: "list_dashboards", items: "DashboardEntries", name: "DashboardName" },
  { service: "ec2", operation: "describe_addresses", items: "Addresses", name: "AllocationId" },
  { service: "ec2", operation: "describe_flow_logs", items: "FlowLogs", name: "FlowLogId" },
  { service: "ec2", operation: "describe_internet_gateways", items: "InternetGateways", name: "InternetGatewayId" },
  { service: "ec2", operation: "describe_route_tables", items: "RouteTables", name: "RouteTableId" },
  { service: "ec2", operation: "describe_security_groups", items: "SecurityGroups", name: "GroupId" },
  { service: "ec2", operation: "describe_subnets", items: "Subnets", name: "SubnetId" },
  { service: "ec2", operation: "describe_vpcs", items: "Vpcs", name: "VpcId" },
  { service: "ecr", operation: "describe_repositories", items: "repositories", name: "repositoryName" },
  { service: "ecs", operation: "list_clusters", items: "clusterArns", name: "" },
  { service: "ecs", operation: "list_task_definitions", items: "taskDefinitionArns", name: "" },
  { service: "elasticache", operation: "describe_replication_groups", items: "ReplicationGroups", name: "ReplicationGroupId" },
  { service: "elasticache", operation: "describe_cache_subnet_groups", items: "CacheSubnetGroups", name: "CacheSubnetGroupName" },
  { service: "elasticache", operation: "describe_users", items: "Users", name: "UserId" },
  { service: "elbv2", operation: "describe_load_balancers", items: "LoadBalancers", name: "LoadBalancerArn" },
  { service: "elbv2", operation: "describe_target_groups", items: "TargetGroups", name: "TargetGroupArn" },
  { service: "events", operation: "list_rules", items: "Rules", name: "Name" },
  { service: "iam", operation: "list_open_id_connect_providers", items: "OpenIDConnectProviderList", name: "Arn" },
  { service: "iam", operation: "list_policies", parameters: { Scope: "Local" }, items: "Policies", name: "Arn" },
  { service: "iam", operation: "list_roles", items: "Roles", name: "RoleName" },
  { service: "kms", operation: "list_aliases", items: "Aliases", name: "AliasName" },
  { service: "logs", operation: "describe_log_groups", items: "logGroups", name: "logGroupName" },
  { service: "route53", operation: "list_health_checks", items: "HealthChecks", name: "Id" },
  { service: "route53", operation: "list_hosted_zones", items: "HostedZones", name: "Id" },
  { service: "s3", operation: "list_buckets", items: "Buckets", name: "Name" },
  { service: "scheduler", operation: "list_schedules", items: "Schedules", name: "Name" },
  { service: "secretsmanager", operation: "list_secrets", items: "SecretList", name: "Name" },
  { service: "sns", operation: "list_topics", items: "Topics", name: "TopicArn" },
  { service: "wafv2", operation: "list_web_acls", parameters: { Scope: "REGIONAL" }, items: "WebACLs", name: "Name" },
];
