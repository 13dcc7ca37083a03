import { RegistryError } from "ha-registry-core";

import { findExecutable } from "../command";
import { buildGoProgram, type GoProgram } from "../images/go";
import { reportToStderr, withHeartbeat, type Report } from "../progress";
import { kubernetesProgram } from "./program";

/** Absolute paths of what makes a control plane a cluster whose pods run. */
export interface NodePrograms {
  scheduler: string;
  kubelet: string;
  proxy: string;
  /** CoreDNS, which answers for the cluster's names and nothing else. */
  dns: string;
  /** What holds a pod's namespaces open: static, to be the only file of an image. */
  pause: string;
  /** CNI plugins by the names under which containerd looks for them. */
  networkPlugins: Readonly<Record<string, string>>;
  /** What runs containers: this machine's own, which it has for Docker. It finds runc and its shim on PATH. */
  containerd: string;
  /** Its client. */
  containerdClient: string;
}

const networkPlugin = (path: string): GoProgram => ({
  module: "kubernetes-node",
  package: `github.com/containernetworking/plugins/plugins/${path}`,
  versionOf: "github.com/containernetworking/plugins",
  versionVariable: "github.com/containernetworking/plugins/pkg/utils/buildversion.BuildVersion",
});

/** CoreDNS' plugins beyond those that a cluster needs would bring the libraries of several clouds. */
const DNS: GoProgram = {
  module: "kubernetes-node",
  package: "./dns",
  name: "coredns",
  versionOf: "github.com/coredns/coredns",
};

/** It has no version of its own, and the key that it is kept under has that of what it comes with. */
const PAUSE: GoProgram = { module: "kubernetes-node", package: "./pause", versionOf: "github.com/coredns/coredns" };

/**
 * Makes sure that this machine has a Kubernetes node for tests: its programs are built once into the cache, but for containerd and runc, which are Docker's.
 *
 * @throws {RegistryError} when one of them cannot be built, or is not there.
 */
export async function ensureKubernetesNode(report: Report = reportToStderr): Promise<NodePrograms> {
  const [containerd, containerdClient] = requireContainerd();
  const build = async (program: GoProgram): Promise<string> => {
    const name = program.name ?? program.package.replace(/^.*\//, "");
    return (await withHeartbeat(report, `kubernetes: building ${name}`, () => buildGoProgram(program, report))).path;
  };
  return {
    scheduler: await build(kubernetesProgram("kube-scheduler")),
    kubelet: await build(kubernetesProgram("kubelet")),
    proxy: await build(kubernetesProgram("kube-proxy")),
    dns: await build(DNS),
    pause: await build(PAUSE),
    networkPlugins: {
      bridge: await build(networkPlugin("main/bridge")),
      loopback: await build(networkPlugin("main/loopback")),
      "host-local": await build(networkPlugin("ipam/host-local")),
    },
    containerd,
    containerdClient,
  };
}

/** Every Docker Engine has them; building them takes a C compiler, and they say nothing of the registry. */
function requireContainerd(): [containerd: string, client: string] {
  const [containerd, client, ...others] = ["containerd", "ctr", "containerd-shim-runc-v2", "runc"].map((name) => findExecutable(name));
  if (containerd !== undefined && client !== undefined && others.every((path) => path !== undefined)) return [containerd, client];
  const message = "a Kubernetes node runs its pods by the containerd of this machine's Docker; put these on PATH";
  throw new RegistryError("kubernetes", [{ path: "containerd, ctr, containerd-shim-runc-v2, runc", message }]);
}
