import { Eip } from "@pulumi/aws/ec2/eip";
import { FlowLog } from "@pulumi/aws/ec2/flowLog";
import { InternetGateway } from "@pulumi/aws/ec2/internetGateway";
import { NatGateway } from "@pulumi/aws/ec2/natGateway";
import { Route } from "@pulumi/aws/ec2/route";
import { RouteTable } from "@pulumi/aws/ec2/routeTable";
import { RouteTableAssociation } from "@pulumi/aws/ec2/routeTableAssociation";
import { SecurityGroup } from "@pulumi/aws/ec2/securityGroup";
import { Subnet } from "@pulumi/aws/ec2/subnet";
import { Vpc } from "@pulumi/aws/ec2/vpc";
import { VpcEndpoint } from "@pulumi/aws/ec2/vpcEndpoint";
import { Role } from "@pulumi/aws/iam/role";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy";
import { SecurityGroupIngressRule } from "@pulumi/aws/vpc/securityGroupIngressRule";
import { LogGroup } from "@pulumi/aws/cloudwatch/logGroup";
import * as pulumi from "@pulumi/pulumi";
import { endpointService, NatGateways, renderAssumeRolePolicy, renderFlowLogPolicy } from "ha-registry-core";
import type { AwsTopology, MadeNetworkTopology, ZoneTopology } from "ha-registry-core";
import { regional, shortName, tagsOf } from "./resources";

/** Arguments of `Network`. */
export interface NetworkArgs {
  /** The resolved registry. */
  topology: AwsTopology;
}

const part = "network";

/**
 * The network: private subnets in several zones, with a way out that is as wide as the user wants it, and a way to S3 that costs nothing. A network that is there
 * already is taken as it is.
 */
export class Network extends pulumi.ComponentResource {
  /** ID of the VPC. */
  readonly vpcId: pulumi.Output<string>;
  /** Private subnets. */
  readonly privateSubnetIds: pulumi.Output<string[]>;
  /** Public subnets; none where nothing needs any. */
  readonly publicSubnetIds: pulumi.Output<string[]>;
  /** Route tables of the private subnets; none of a network that is there already. */
  readonly privateRouteTableIds: pulumi.Output<string[]>;

  constructor(name: string, args: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-registry-aws:index:Network", name, {}, opts);
    const { topology } = args;
    const { made, existing } = topology.network;
    if (made === undefined) {
      this.vpcId = pulumi.output(existing?.vpcId ?? "");
      this.privateSubnetIds = pulumi.output(existing?.privateSubnetIds ?? []);
      this.publicSubnetIds = pulumi.output(existing?.publicSubnetIds ?? []);
      this.privateRouteTableIds = pulumi.output<string[]>([]);
    } else {
      const built = build(name, topology, made, { parent: this });
      this.vpcId = built.vpc.id;
      this.privateSubnetIds = pulumi.all(built.privateSubnets.map(({ id }) => id));
      this.publicSubnetIds = pulumi.all(built.publicSubnets.map(({ id }) => id));
      this.privateRouteTableIds = pulumi.all(built.privateRouteTables.map(({ id }) => id));
    }
    this.registerOutputs({
      vpcId: this.vpcId,
      privateSubnetIds: this.privateSubnetIds,
      publicSubnetIds: this.publicSubnetIds,
      privateRouteTableIds: this.privateRouteTableIds,
    });
  }
}

function build(name: string, topology: AwsTopology, made: MadeNetworkTopology, child: pulumi.CustomResourceOptions) {
  const { zones } = made;
  const vpc = new Vpc(name, { ...regional(topology, part), cidrBlock: made.cidr, enableDnsHostnames: true, enableDnsSupport: true }, child);
  const privateSubnets = zones.map((zone) => subnet(`${name}-private-${zone.letter}`, topology, vpc, zone.name, zone.privateCidr, child));
  const publicSubnets = made.public
    ? zones.map((zone) => subnet(`${name}-public-${zone.letter}`, topology, vpc, zone.name, zone.publicCidr, child))
    : [];
  const privateRouteTables = zones.map(({ letter }, index) =>
    routeTable(`${name}-private-${letter}`, topology, vpc, [privateSubnets[index]], child),
  );
  if (made.public) openToInternet(name, topology, { vpc, zones, publicSubnets, privateRouteTables }, made.natGateways, child);
  new VpcEndpoint(
    `${name}-s3`,
    {
      region: topology.region,
      tags: tagsOf(topology, `${part}-s3`),
      vpcId: vpc.id,
      serviceName: endpointService(topology.region, "s3", true),
      vpcEndpointType: "Gateway",
      routeTableIds: privateRouteTables.map(({ id }) => id),
    },
    child,
  );
  if (made.interfaceEndpoints) makeEndpoints(name, topology, vpc, privateSubnets, child);
  if (made.flowLogs) writeFlows(`${name}-flows`, topology, vpc, child);
  return { vpc, privateSubnets, publicSubnets, privateRouteTables };
}

function subnet(
  name: string,
  topology: AwsTopology,
  vpc: Vpc,
  availabilityZone: string,
  cidrBlock: string,
  child: pulumi.CustomResourceOptions,
): Subnet {
  const { region } = topology;
  // Also in public subnets nothing gets a public address unasked: NAT gateways and load balancers bring their own.
  return new Subnet(
    name,
    {
      region,
      tags: tagsOf(topology, name.slice(topology.name.length + 1)),
      vpcId: vpc.id,
      availabilityZone,
      cidrBlock,
      mapPublicIpOnLaunch: false,
    },
    child,
  );
}

function routeTable(
  name: string,
  topology: AwsTopology,
  vpc: Vpc,
  subnets: readonly (Subnet | undefined)[],
  child: pulumi.CustomResourceOptions,
): RouteTable {
  const { region } = topology;
  const table = new RouteTable(name, { region, tags: tagsOf(topology, name.slice(topology.name.length + 1)), vpcId: vpc.id }, child);
  for (const [index, of] of subnets.entries())
    if (of !== undefined)
      new RouteTableAssociation(
        subnets.length === 1 ? name : `${name}-${index}`,
        { region, routeTableId: table.id, subnetId: of.id },
        child,
      );
  return table;
}

interface Grounds {
  vpc: Vpc;
  zones: readonly ZoneTopology[];
  publicSubnets: readonly Subnet[];
  privateRouteTables: readonly RouteTable[];
}

/** Everything there is in the world, which is where NAT and an Internet-facing load balancer have to get. */
const everywhere = "0.0.0.0/0";

function openToInternet(
  name: string,
  topology: AwsTopology,
  { vpc, zones, publicSubnets, privateRouteTables }: Grounds,
  natGateways: NatGateways,
  child: pulumi.CustomResourceOptions,
): void {
  const { region } = topology;
  const gateway = new InternetGateway(name, { ...regional(topology, part), vpcId: vpc.id }, child);
  const table = new RouteTable(`${name}-public`, { region, tags: tagsOf(topology, `${part}-public`), vpcId: vpc.id }, child);
  new Route(`${name}-public`, { region, routeTableId: table.id, destinationCidrBlock: everywhere, gatewayId: gateway.id }, child);
  zones.forEach(({ letter }, index) => {
    const of = publicSubnets[index];
    if (of !== undefined) new RouteTableAssociation(`${name}-public-${letter}`, { region, routeTableId: table.id, subnetId: of.id }, child);
  });

  const natZones = natGateways === NatGateways.None ? [] : natGateways === NatGateways.Single ? zones.slice(0, 1) : zones;
  const gateways = natZones.map(({ letter }, index) => {
    const tags = tagsOf(topology, `${part}-nat-${letter}`);
    const address = new Eip(`${name}-nat-${letter}`, { region, tags, domain: "vpc" }, { ...child, dependsOn: [gateway] });
    return new NatGateway(`${name}-nat-${letter}`, { region, tags, allocationId: address.id, subnetId: publicSubnets[index]?.id }, child);
  });
  if (gateways.length > 0)
    zones.forEach(({ letter }, index) => {
      const table = privateRouteTables[index];
      const natGatewayId = (gateways[index] ?? gateways[0])?.id;
      if (table !== undefined && natGatewayId !== undefined)
        new Route(`${name}-private-${letter}`, { region, routeTableId: table.id, destinationCidrBlock: everywhere, natGatewayId }, child);
    });
}

/** What tasks need of AWS beside S3: images, secrets and logs. */
const services = ["ecr.api", "ecr.dkr", "secretsmanager", "logs"];

function makeEndpoints(
  name: string,
  topology: AwsTopology,
  vpc: Vpc,
  subnets: readonly Subnet[],
  child: pulumi.CustomResourceOptions,
): void {
  const { region, network } = topology;
  const group = new SecurityGroup(
    `${name}-endpoints`,
    { ...regional(topology, "endpoints"), vpcId: vpc.id, description: `${topology.name}: endpoints of AWS` },
    child,
  );
  for (const cidr of network.cidrs)
    new SecurityGroupIngressRule(
      `${name}-endpoints-from-${cidr}`,
      { ...regional(topology, "endpoints"), securityGroupId: group.id, ipProtocol: "tcp", fromPort: 443, toPort: 443, cidrIpv4: cidr },
      child,
    );
  for (const service of services)
    new VpcEndpoint(
      `${name}-${service}`,
      {
        region,
        tags: tagsOf(topology, `${part}-${service}`),
        vpcId: vpc.id,
        serviceName: endpointService(region, service),
        vpcEndpointType: "Interface",
        privateDnsEnabled: true,
        subnetIds: subnets.map(({ id }) => id),
        securityGroupIds: [group.id],
      },
      child,
    );
}

/** Who connects to whom, for those who look into an incident. */
function writeFlows(name: string, topology: AwsTopology, vpc: Vpc, child: pulumi.CustomResourceOptions): void {
  const { partition, region, logRetentionDays } = topology;
  const tags = tagsOf(topology, `${part}-flows`);
  const group = new LogGroup(
    name,
    { region, tags, name: `/ha-registry/${topology.name}/network`, retentionInDays: logRetentionDays },
    child,
  );
  const role = new Role(
    name,
    {
      ...shortName(name, 64),
      tags,
      assumeRolePolicy: vpc.ownerId.apply((account) => renderAssumeRolePolicy("vpc-flow-logs", "ec2", { partition, region, account })),
    },
    child,
  );
  new RolePolicy(name, { role: role.name, policy: group.arn.apply(renderFlowLogPolicy) }, child);
  new FlowLog(
    name,
    { region, tags, vpcId: vpc.id, trafficType: "ALL", logDestination: group.arn, iamRoleArn: role.arn, maxAggregationInterval: 600 },
    child,
  );
}
