/** What kubelet is told. */
export interface KubeletPlan {
  /** Directory of the node. */
  directory: string;
  /** Control group that all pods' are below. */
  cgroupRoot: string;
  /** The node's address. */
  address: string;
  /** Port at which it tells that it is well. */
  port: number;
  /** Address of the cluster's DNS. */
  dnsAddress: string;
}

/** What kube-proxy is told. */
export interface ProxyPlan {
  /** Path of what it reaches the API server with. */
  kubeconfig: string;
  /** `address:port` at which it tells that it is well. */
  healthAddress: string;
  /** Range of pods' addresses. */
  pods: string;
}

/** containerd's configuration (version 2 of the format: containerd 1.6 and later read it): everything of it lies in the node's directory. */
export function containerdConfig(directory: string, pauseImage: string, metricsAddress: string): string {
  return `
version = 2
root = "${directory}/containerd"
state = "${directory}/run"
disabled_plugins = ["io.containerd.nri.v1.nri"]
[grpc]
address = "${directory}/containerd.sock"
[metrics]
address = "${metricsAddress}"
[plugins."io.containerd.internal.v1.opt"]
path = "${directory}/opt"
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "${pauseImage}"
netns_mounts_under_state_dir = true
# Not every machine lets a process lower its score.
restrict_oom_score_adj = true
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "${directory}/network-plugins"
conf_dir = "${directory}/network"
[plugins."io.containerd.grpc.v1.cri".registry]
config_path = "${directory}/etc/containerd/certs.d"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
Root = "${directory}/runc"
`;
}

/** A bridge with all pods of the node on it. */
export function networkConfig(pods: string): string {
  return JSON.stringify({
    cniVersion: "0.4.0",
    name: "pods",
    plugins: [
      {
        type: "bridge",
        bridge: "pods",
        isGateway: true,
        hairpinMode: true, // a pod may reach itself by its Service
        ipam: { type: "host-local", ranges: [[{ subnet: pods }]], routes: [{ dst: "0.0.0.0/0" }] },
      },
    ],
  });
}

/** kubelet's configuration. */
export function kubeletConfig({ directory, cgroupRoot, address, port, dnsAddress }: KubeletPlan): string {
  return JSON.stringify({
    kind: "KubeletConfiguration",
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    containerRuntimeEndpoint: `unix://${directory}/containerd.sock`,
    cgroupDriver: "cgroupfs",
    cgroupRoot,
    // Machines with the first version of control groups, and with swap, do for a test.
    failCgroupV1: false,
    failSwapOn: false,
    enableServer: false, // nobody asks it anything
    healthzBindAddress: address,
    healthzPort: port,
    clusterDNS: [dnsAddress],
    clusterDomain: "cluster.local",
    resolvConf: "",
    podLogsDir: `${directory}/logs`,
    volumePluginDir: `${directory}/volume-plugins`,
    // How full this machine's disk is, is not what is tested.
    evictionHard: { "memory.available": "100Mi" },
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
  });
}

/** kube-proxy's configuration. */
export function proxyConfig({ kubeconfig, healthAddress, pods }: ProxyPlan): string {
  return JSON.stringify({
    kind: "KubeProxyConfiguration",
    apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
    clientConnection: { kubeconfig },
    mode: "iptables",
    clusterCIDR: pods,
    healthzBindAddress: healthAddress,
    // Also what stays on the bridge comes back through it.
    iptables: { masqueradeAll: true, localhostNodePorts: false },
    // The table of connections is the whole machine's.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: "0s", tcpCloseWaitTimeout: "0s" },
  });
}

/** CoreDNS' configuration. */
export function dnsConfig(address: string, port: number, kubeconfig: string): string {
  return `
.:${port} {
  bind ${address}
  errors
  cache 30
  kubernetes cluster.local {
    kubeconfig ${kubeconfig}
  }
}
`;
}
