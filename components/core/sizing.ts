/** What a team of a given size gets when it does not say otherwise. */
export interface Sizing {
  /** Registry nodes. */
  nodes: number;
  /** Memory limit of one node, MiB. */
  nodeMemoryMiB: number;
  /** Memory limit of one HAProxy, MiB. */
  balancerMemoryMiB: number;
  /** Connections that one HAProxy accepts at once. */
  maxConnections: number;
  /** Memory limit of Redis, MiB. */
  redisMemoryMiB: number;
  /** Memory limit of one node of Garage, MiB. */
  garageMemoryMiB: number;
  /** Memory limit of Prometheus, MiB. */
  prometheusMemoryMiB: number;
  /** Space for what Prometheus keeps, GiB. */
  metricsGiB: number;
  /** Storage to plan for, GiB. */
  storageGiB: number;
}

/** Below this many developers a volume on one host will do (guide 4, 2.2). */
export const filesystemTeamLimit = 50;

/** Above this many developers storage should be an object store (guide 4, 2.2). */
export const nfsTeamLimit = 200;

/** Space that the images of one developer take today, GiB: an estimate, which a look at the store replaces once there is one. */
const imagesPerDeveloperGiB = 1;

/** Space to plan for, as a multiple of what images take today: growth of 200 % on top (guide 2, advice 2). */
const capacityReserve = 3;

/**
 * Sizes for a team. HAProxy needs two buffers of 64 KiB per connection and 100 KiB more while TLS keys are exchanged (its own documentation
 * says 8,000 TLS connections per GB with buffers of 16 KiB, that is 128 KiB each); a node takes 10 to 40 MiB per upload to S3.
 */
export function sizeFor(teamSize: number): Sizing {
  return { ...processesFor(teamSize), storageGiB: Math.ceil(teamSize * imagesPerDeveloperGiB * capacityReserve) };
}

/** Sizes where HAProxy also hands on the requests of registry nodes to a store of the registry's own: two more buffers per connection, without TLS. */
export function withOwnStore(size: Sizing): Sizing {
  return { ...size, balancerMemoryMiB: 1.5 * size.balancerMemoryMiB };
}

function processesFor(teamSize: number): Omit<Sizing, "storageGiB"> {
  if (teamSize < filesystemTeamLimit) {
    return {
      nodes: 2,
      nodeMemoryMiB: 512,
      balancerMemoryMiB: 512,
      maxConnections: 2000,
      redisMemoryMiB: 128,
      garageMemoryMiB: 1024,
      prometheusMemoryMiB: 512,
      metricsGiB: 4,
    };
  }
  if (teamSize <= nfsTeamLimit) {
    return {
      nodes: 2,
      nodeMemoryMiB: 1024,
      balancerMemoryMiB: 1024,
      maxConnections: 4000,
      redisMemoryMiB: 256,
      garageMemoryMiB: 1024,
      prometheusMemoryMiB: 512,
      metricsGiB: 4,
    };
  }
  const thousands = Math.ceil(teamSize / 1000);
  return {
    nodes: Math.min(2 + thousands, 10),
    nodeMemoryMiB: 2048,
    balancerMemoryMiB: 2048 * Math.min(thousands, 4),
    maxConnections: 8000 * Math.min(thousands, 4),
    redisMemoryMiB: 512,
    garageMemoryMiB: 2048,
    prometheusMemoryMiB: 1024,
    metricsGiB: 16,
  };
}
