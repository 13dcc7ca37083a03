/** What the flat program knows of the deployment. */
export interface FlatPlan {
  redisAddress: string;
  nodeAddresses: string[];
}

/** HAProxy's configuration as one would write it by hand. */
export function haproxyConfig({ nodeAddresses }: FlatPlan): string {
  const servers = nodeAddresses.map((address, index) => `server node-${index + 1} ${address}:5000`);
  return `global
  log stdout format raw local0 info
  maxconn 2050
  hard-stop-after 300s
  ssl-default-bind-options ssl-min-ver TLSv1.2
defaults
  mode http
  log global
  option httplog
  option http-server-close
  option idle-close-on-response
  retries 3
  option redispatch 1
  timeout connect 2s
  timeout client 300s
  timeout server 900s
  timeout http-keep-alive 15s
  timeout http-request 30s
frontend clients
  bind :5000 ssl crt /files/server.pem alpn http/1.1
  maxconn 2000
  http-request return status 404 unless { path / /v2 } or { path_beg /v2/ }
  http-request return status 403 if { path /v2/_catalog }
  http-request set-header X-Forwarded-Proto https
  http-request set-header X-Forwarded-For %[src]
  use_backend reads if { method GET HEAD }
  default_backend writes
backend reads
  balance leastconn
  retry-on conn-failure empty-response response-timeout 502 503 504
  option httpchk GET /v2/
  http-check expect status 200,401
  default-server check inter 1s fastinter 100ms downinter 100ms fall 2 rise 1
  ${servers.join("\n  ")}
backend writes
  balance leastconn
  retry-on conn-failure
  ${servers.map((server, index) => `${server} track reads/node-${index + 1}`).join("\n  ")}
frontend statistics
  bind ":\${HA_REGISTRY_STATISTICS_PORT}"
  no log
  monitor-uri /healthz
  monitor fail if { nbsrv(reads) lt 1 }
  http-request use-service prometheus-exporter if { path /metrics }
  stats enable
  stats uri /
`;
}

/** The registry's configuration as one would write it by hand. */
export function registryConfig({ redisAddress }: FlatPlan, httpSecret: string, redisPassword: string): string {
  return `version: 0.1
log: { level: info, formatter: json, accesslog: { disabled: true } }
storage:
  cache: { blobdescriptor: redis }
  delete: { enabled: true }
  filesystem: { rootdirectory: /var/lib/registry }
  maintenance:
    uploadpurging: { enabled: true, age: 168h, interval: 24h, dryrun: false }
  redirect: { disable: true }
auth:
  htpasswd: { realm: Registry, path: /files/htpasswd }
http:
  addr: :5000
  secret: ${httpSecret}
  draintimeout: 300s
  debug: { addr: ":5001", prometheus: { enabled: true, path: /metrics } }
redis:
  addrs: ["${redisAddress}:6379"]
  username: registry
  password: ${redisPassword}
  tls: { rootcas: [/files/redis-ca.crt] }
  dialtimeout: 200ms
  readtimeout: 200ms
  writetimeout: 200ms
health:
  storagedriver: { enabled: true, interval: 10s, threshold: 3 }
`;
}

/** Redis's configuration as one would write it by hand. */
export function redisConfig(password: string): string {
  return `bind *
port 0
tls-port 6379
tls-cert-file /files/server.crt
tls-key-file /files/server.key
tls-ca-cert-file /files/ca.crt
tls-auth-clients no
protected-mode no
user default off
user registry on >${password} ~* -@all +hello +auth +ping +sismember +sadd +srem +hget +hmget +hset +hmset +hsetnx +hdel +del +multi +exec
maxmemory 96mb
maxmemory-policy allkeys-lru
save ""
appendonly no
dir /data
`;
}
