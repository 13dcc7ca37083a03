import { buildGoProgram, type GoProgram } from "./images/go";
import { kubernetesProgram } from "./kubernetes/program";
import { reportToStderr, withHeartbeat, type Report } from "./progress";

export { definitionFiles, type DefinitionsOf } from "./kubernetes/definitions";
export { ensureKubernetesNode, type NodePrograms } from "./kubernetes/node";

/** Absolute paths of the programs of a Kubernetes control plane that schedules no pods. */
export interface ControlPlanePrograms {
  etcd: string;
  apiServer: string;
  controllerManager: string;
}

/** The etcd that this Kubernetes is tested with, from its own go.mod: the API server needs much of it anyway, and no package has to be installed. */
const ETCD: GoProgram = {
  module: "kubernetes",
  package: "go.etcd.io/etcd/server/v3",
  name: "etcd",
  versionOf: "go.etcd.io/etcd/server/v3",
};

/**
 * Makes sure that this machine has a Kubernetes control plane for tests: its programs are built once into the cache.
 *
 * @throws {RegistryError} when one of them cannot be built.
 */
export async function ensureKubernetes(report: Report = reportToStderr): Promise<ControlPlanePrograms> {
  return {
    etcd: await build("etcd", ETCD, report),
    apiServer: await build("kube-apiserver", kubernetesProgram("kube-apiserver"), report),
    controllerManager: await build("kube-controller-manager", kubernetesProgram("kube-controller-manager"), report),
  };
}

async function build(name: string, program: GoProgram, report: Report): Promise<string> {
  return (await withHeartbeat(report, `kubernetes: building ${name}`, () => buildGoProgram(program, report))).path;
}
