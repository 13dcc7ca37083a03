import type { Routing } from "./shape-aws-global";
import type { AwsTopology, DnsTopology } from "./topology-aws";

/** A registry in several regions of AWS, with every default filled in and every problem found. */
export interface GlobalTopology {
  /** Name of the registry. */
  name: string;
  /** Region that takes pushes. */
  home: string;
  /** The regions, sorted by name. */
  regions: RegionTopology[];
  /** Where the host name is told; nowhere when absent. */
  dns?: GlobalDnsTopology;
  /** Which networks are joined: home's with each other one that is made. */
  peerings: PeeringTopology[];
  /** Which bucket is copied to which: home's to each other one, and each other one's to home's. */
  copies: CopiesTopology[];
}

/** One region. */
export interface RegionTopology {
  /** Its name, as `eu-central-1`. */
  region: string;
  /** What is there. */
  topology: AwsTopology;
}

/** Where the host name is told, and who is sent where. */
export interface GlobalDnsTopology extends DnsTopology {
  /** By what clients are told apart. */
  routing: Routing;
  /** The records. */
  routes: RouteTopology[];
}

/** One record of the host name. */
export interface RouteTopology {
  /** What tells it from the others: a region, a continent, a country or `default`. It stays when the record leads elsewhere. */
  identifier: string;
  /** Region that it leads to. */
  region: string;
  /** Its weight. */
  weight?: number;
  /** The continent that it is for. */
  continent?: string;
  /** The country that it is for; `*` for all of whom no other record speaks. */
  country?: string;
}

/** Two networks that are joined. Who asks and who accepts follows from their names, so that it stays when the other one becomes home. */
export interface PeeringTopology {
  /** Region that asks. */
  requester: string;
  /** Region that accepts. */
  accepter: string;
}

/** What S3 copies from a bucket. */
export interface CopiesTopology {
  /** Region of the bucket. */
  from: string;
  /** Regions that get copies. */
  to: string[];
  /** Whether removals are copied, and copies are promised within 15 minutes: home's are. */
  fromHome: boolean;
}
