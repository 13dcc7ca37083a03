/** The audit log, with its defaults filled in. */
export interface AuditTopology {
  /** What collects events, one for each host with balancers. */
  collectors: AuditCollectorTopology[];
  /** How long events are kept, days. */
  keepDays: number;
  /** Size at which a day goes on in another file, MiB. */
  maxFileMiB: number;
  /** Whether transfers of blobs are events. */
  blobs: boolean;
  /** Where events go besides. */
  forward: AuditForwardTopology;
}

/** What collects the events of one host. */
export interface AuditCollectorTopology {
  /** Name of its host. */
  host: string;
  /** Name of the container and of the volume with the log. */
  name: string;
  /** Name of the volume, in memory, through which HAProxy hands events over. */
  bufferName: string;
  /** Fixed address in the private network of its host. */
  address: string;
}

/** Where events go besides; what is absent is not there. */
export interface AuditForwardTopology {
  /** A syslog server. */
  syslog?: { host: string; port: number; tls: boolean };
  /** Elasticsearch or OpenSearch: the URL of its bulk API. */
  elasticsearch?: { url: string; index: string; username?: string };
  /** Grafana Loki: the URL of its push API. */
  loki?: { url: string; username?: string; tenant?: string };
}

/** How images have to be named, as anchored regular expressions. */
export interface NamingTopology {
  /** What a tag has to fit. */
  tags?: string;
  /** What a repository's name has to fit. */
  repositories?: string;
  /** Repositories in which every name fits. */
  exempt: string[];
  /** What clients are told that a tag has to be. */
  expectedTag: string;
  /** What clients are told that a repository's name has to be. */
  expectedRepository: string;
}
