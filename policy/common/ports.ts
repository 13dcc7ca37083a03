/** Ports that clients of a registry do not need, with what listens there. */
export const privatePortPurposes: Readonly<Record<number, string>> = {
  2375: "the Docker Engine without TLS",
  3900: "the object store",
  3901: "the object store's own traffic",
  3903: "administration of the object store",
  5001: "the registry's debug port",
  6379: "Redis",
  8404: "HAProxy's statistics",
  9000: "the object store",
  9001: "administration of the object store",
  9090: "Prometheus",
  9093: "Alertmanager",
  9100: "metrics of the host",
  9121: "metrics of Redis",
  26379: "Redis Sentinel",
};
