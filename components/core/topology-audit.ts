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
  syslog?: AuditSyslogTopology;
  /** Elasticsearch or OpenSearch. */
  elasticsearch?: AuditElasticsearchTopology;
  /** Grafana Loki. */
  loki?: AuditLokiTopology;
}

/** A syslog server. */
export interface AuditSyslogTopology {
  /** DNS name or IP address. */
  host: string;
  /** TCP port. */
  port: number;
  /** Whether it is spoken to by TLS. */
  tls: boolean;
}

/** Elasticsearch or OpenSearch. */
export interface AuditElasticsearchTopology {
  /** URL of its bulk API. */
  url: string;
  /** Name of the index up to the day. */
  index: string;
  /** User; none when absent. */
  username?: string;
}

/** Grafana Loki. */
export interface AuditLokiTopology {
  /** URL of its push API. */
  url: string;
  /** User; none when absent. */
  username?: string;
  /** Tenant; none when absent. */
  tenant?: string;
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
