/** What a client's files are made of; a `Topology` fits. */
export interface ClientConfigSource {
  /** `host[:port]`, as it stands in image references. */
  authority: string;
  /** `https://host[:port]`. */
  endpoint: string;
}

/** What the files are to do beyond trust. */
export interface ClientConfigOptions {
  /** Whether clients fetch Docker Hub's images through this registry, which then has to be a pull-through cache of it. @default false */
  dockerHubMirror?: boolean;
}

/**
 * Files that make a client trust the registry, by their path below `/`: dockerd, containerd, and podman, skopeo and buildah.
 *
 * @param registry Where the registry is.
 * @param caPem Certificate of the CA that signed the registry's.
 * @param options What else the files are to do.
 */
export function renderClientConfig(registry: ClientConfigSource, caPem: string, options: ClientConfigOptions = {}): Record<string, string> {
  const mirror = options.dockerHubMirror ?? false;
  const files: Record<string, string> = {
    [`etc/containerd/certs.d/${registry.authority}/ca.crt`]: caPem,
    [`etc/containerd/certs.d/${registry.authority}/hosts.toml`]: containerdHosts(registry, registry.endpoint, ["pull", "resolve", "push"]),
    [`etc/containers/certs.d/${registry.authority}/ca.crt`]: caPem,
    "etc/containers/registries.conf.d/ha-registry.conf": containersRegistries(registry, mirror),
    [`etc/docker/certs.d/${registry.authority}/ca.crt`]: caPem,
  };
  if (mirror) {
    files["etc/containerd/certs.d/docker.io/hosts.toml"] = containerdHosts(registry, "https://registry-1.docker.io", ["pull", "resolve"]);
    files["etc/docker/daemon.json"] = `${JSON.stringify({ "registry-mirrors": [registry.endpoint] }, undefined, 2)}\n`;
  }
  return Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** containerd's hosts.toml: `server` is asked last, after the hosts. */
function containerdHosts({ authority, endpoint }: ClientConfigSource, server: string, capabilities: readonly string[]): string {
  return [
    `server = ${toml(server)}`,
    "",
    `[host.${toml(endpoint)}]`,
    `  capabilities = [${capabilities.map(toml).join(", ")}]`,
    `  ca = ${toml(`/etc/containerd/certs.d/${authority}/ca.crt`)}`,
    "",
  ].join("\n");
}

/** A drop-in of containers-registries.conf(5), version 2. */
function containersRegistries({ authority }: ClientConfigSource, mirror: boolean): string {
  const own = ["[[registry]]", `location = ${toml(authority)}`, "insecure = false", ""];
  const hub = ["", "[[registry]]", `location = "docker.io"`, "", "[[registry.mirror]]", `location = ${toml(authority)}`, ""];
  return (mirror ? [...own, ...hub] : own).join("\n");
}

/** A basic string of TOML, which takes the escapes of JSON; DEL, the one character that JSON leaves bare, is no part of a host name. */
function toml(text: string): string {
  return JSON.stringify(text);
}
