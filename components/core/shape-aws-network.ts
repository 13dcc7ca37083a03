/** How tasks in private subnets reach what is outside. */
export enum NatGateways {
  /** One in each zone: none is needed by another zone. */
  PerZone = "per-zone",
  /** One for all zones: when its zone is lost, new tasks cannot fetch images from outside until it is back. */
  Single = "single",
  /** None: images have to come from ECR in the same region. */
  None = "none",
}

/** Where the registry is: a network of its own, or one that you have. */
export interface NetworkShape {
  /** Addresses of a network that is made, /16 to /22. Changing it replaces the network and all that is in it. @default "10.64.0.0/16" */
  cidr?: string;
  /** Availability zones, 2 to 6, as `eu-central-1a`. @default - three of the region */
  zones?: string[];
  /** How tasks reach what is outside. @default NatGateways.PerZone */
  natGateways?: NatGateways;
  /**
   * Endpoints inside the network for ECR, Secrets Manager and CloudWatch Logs, so that tasks start without the Internet. S3 has one always, which costs nothing.
   * @default - true where natGateways is None
   */
  interfaceEndpoints?: boolean;
  /** Whether it is written to CloudWatch who connects to whom. @default true */
  flowLogs?: boolean;
  /** A network that you have. Nothing of it is changed. @default - a network is made */
  existing?: ExistingNetworkShape;
}

/** A network that you have. */
export interface ExistingNetworkShape {
  /** ID of the VPC. */
  vpcId: string;
  /** Its addresses, which may reach an internal load balancer. */
  cidrs: string[];
  /** Private subnets, one per zone, 2 at the least. Tasks need a way to their images from there. */
  privateSubnetIds: string[];
  /** Public subnets, one per zone, for an Internet-facing load balancer. @default - none */
  publicSubnetIds?: string[];
}
