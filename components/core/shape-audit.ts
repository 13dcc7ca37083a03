/**
 * The audit log: who did what from where, when and with what result, for every push, pull, delete and refused login, as lines of JSON in a
 * volume of each host that has balancers. It is chained by digests, so that `npx ha-registry audit <environment> --verify` sees what was altered.
 */
export interface AuditShape {
  /** How long events are kept, days. China's Cybersecurity Law (art. 21) and MLPS 2.0 ask for six months. @default 180 */
  keepDays?: number;
  /** Has to be true where `keepDays` is less than 180: then the log is no longer what those rules ask for. @default false */
  allowShortRetention?: boolean;
  /** Size at which a day goes on in another file, MiB. @default 1024 */
  maxFileMiB?: number;
  /** Whether transfers of blobs are events of their own: evidence of what was taken, and most of the volume. @default true */
  blobs?: boolean;
  /** Where events go besides, each host's by itself. @default - nowhere */
  forward?: AuditForwardShape;
}

/** Where events go besides: any of the three. What is away is waited for, and gets what it missed from the files. */
export interface AuditForwardShape {
  /** A syslog server. @default - none */
  syslog?: AuditSyslogShape;
  /** Elasticsearch or OpenSearch. @default - none */
  elasticsearch?: AuditElasticsearchShape;
  /** Grafana Loki. @default - none */
  loki?: AuditLokiShape;
}

/** A syslog server: RFC 5424 over TCP with octet counting (RFC 6587), or over TLS (RFC 5425). It acknowledges nothing: what is on its way when a connection breaks, or the sender is killed, is lost there. */
export interface AuditSyslogShape {
  /** `host:port`. */
  server: string;
  /** Whether it is spoken to by TLS. @default true */
  tls?: boolean;
}

/** Elasticsearch or OpenSearch, by its bulk API. An event that comes twice takes its own place. */
export interface AuditElasticsearchShape {
  /** URL, as `https://search.corp.example:9200`. */
  url: string;
  /** Name of the index; the day follows, as in `ha-registry-audit-2026.11.27`. @default "ha-registry-audit" */
  index?: string;
  /** User; the password is the secret `auditElasticsearchPassword`. @default - no login */
  username?: string;
}

/** Grafana Loki, by its push API. */
export interface AuditLokiShape {
  /** URL, as `https://loki.corp.example:3100`. */
  url: string;
  /** User; the password is the secret `auditLokiPassword`. @default - no login */
  username?: string;
  /** Tenant (`X-Scope-OrgID`). @default - none */
  tenant?: string;
}
