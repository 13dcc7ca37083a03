/** What costs are calculated of; what is left out follows from the size of the team, or is zero. */
export interface CostShape {
  /** Developers (and machines that pull like one). @default 20 */
  teamSize?: number;
  /** How much there is and moves. */
  volumes?: CostVolumesShape;
  /** What runs where the registry is self-hosted. */
  selfHosted?: SelfHostedCostShape;
  /** What there is beside ECR. */
  ecr?: EcrCostShape;
  /** What an hour of those costs who run it, US dollars. @default 0: their time is not counted */
  hourlyRate?: number;
  /** Prices of your own, US dollars for the same unit, by the names of the table. @default - list prices of us-east-1 */
  prices?: Record<string, number>;
}

/** How much there is and moves, a month. */
export interface CostVolumesShape {
  /** Images that are kept, GB. @default - what is planned for the team, see sizing.ts */
  storageGb?: number;
  /** Pulls inside the region, GB. @default - 20 for each developer: one a working day */
  pullGb?: number;
  /** Pulls to the Internet, GB. @default 0 */
  internetPullGb?: number;
  /** Pulls to other regions, GB. @default 0 */
  otherRegionPullGb?: number;
  /** Pushes, GB. @default - 5 for each developer */
  pushGb?: number;
  /** Size of an image as it is pulled or pushed, without the layers that are there already, MB. @default 300 */
  imageMb?: number;
  /** Layers of an image that are pulled or pushed. @default 6 */
  layers?: number;
  /** Regions beside the first one that hold everything, too. @default 0 */
  replicaRegions?: number;
}

/** What runs where the registry is self-hosted, in each region. */
export interface SelfHostedCostShape {
  /** Nodes. @default - as the team's size asks, see sizing.ts */
  nodes?: number;
  /** Virtual CPUs of a node's task. @default - 0.5, 1 from 50 developers, 2 above 200 */
  taskCpus?: number;
  /** Memory of a node's task, GB. @default - what registry and HAProxy may take, rounded up to what Fargate has */
  taskMemoryGb?: number;
  /** Whether nodes run on Graviton. @default false */
  arm?: boolean;
  /** Zones. @default 3 */
  zones?: number;
  /** NAT gateways: none, with endpoints instead, or one, or one for each zone. @default - one for each zone */
  natGateways?: number;
  /** What goes through them, GB a month: images of the nodes, and what they tell others. @default 10 */
  natGb?: number;
  /** Whether clients fetch blobs from S3 itself, past load balancer and nodes. @default true */
  redirect?: boolean;
  /** Servers of Redis; 0 for none. @default 2 */
  redisServers?: number;
  /** How long logs are kept, months. @default 6 */
  logMonths?: number;
  /** Time of people that it takes, hours a month. @default 0 */
  hoursPerMonth?: number;
}

/** What there is beside ECR, in each region. */
export interface EcrCostShape {
  /** How clients in private networks reach ECR: by endpoints (2 in each zone), or through NAT gateways that there are anyhow. @default "endpoints" */
  network?: EcrCostNetwork;
  /** Zones with endpoints. @default 3 */
  zones?: number;
  /** Whether Amazon Inspector scans each image that is pushed. @default false */
  enhancedScanning?: boolean;
  /** How often Amazon Inspector scans images again, scans a month. @default 0 */
  rescans?: number;
  /** Whether images are encrypted with a KMS key of your own. @default true */
  ownKey?: boolean;
  /** Time of people that it takes, hours a month. @default 0 */
  hoursPerMonth?: number;
}

/** How clients in private networks reach ECR. */
export enum EcrCostNetwork {
  /** By interface endpoints, and a gateway endpoint for S3, which costs nothing. */
  Endpoints = "endpoints",
  /** Through NAT gateways. */
  Nat = "nat",
  /** Directly: they have public addresses. */
  Public = "public",
}
