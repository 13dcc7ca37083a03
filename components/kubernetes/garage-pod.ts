import type * as inputs from "@pulumi/kubernetes/types/input";
import type * as pulumi from "@pulumi/pulumi";
import {
  garageDataDirectory,
  garageMetadataDirectory,
  garageShellDirectory,
  ports,
  renderGarageShellScript,
  users,
} from "ha-registry-core";
import type { KubernetesGarageTopology, KubernetesTopology } from "ha-registry-core";
import { filesMount, filesVolume, pathOf } from "./files";
import type { GarageFiles } from "./garage-files";
import { memoryVolume, podSpec } from "./pod";
import { storeProxy } from "./store-access";

/** Where the key is by which others know the node. */
const nodeKey = "/node-key";

const shell = `${garageShellDirectory}/sh`;

/**
 * A pod with a node of Garage, and a HAProxy that speaks TLS for it. Garage's image has no shell: that of the registry's is put beside it. A pod sees no key of another
 * node.
 */
export function garagePod(
  topology: KubernetesTopology,
  garage: KubernetesGarageTopology,
  files: GarageFiles,
  keysName: pulumi.Input<string>,
): inputs.core.v1.PodSpec {
  const own = (file: string): string => pathOf(`$(POD_NAME).${file}`);
  const answers = { tcpSocket: { port: "admin" }, timeoutSeconds: 5 };
  return podSpec({
    topology,
    part: "object-store",
    image: topology.images.garage,
    command: [shell, own("garage.sh"), "serve", own("garage.toml"), own("garage-joining.toml"), pathOf("access-key.json"), nodeKey],
    user: users.garage,
    memoryMiB: garage.memoryMiB,
    ...(garage.cpus === undefined ? {} : { cpus: garage.cpus }),
    requests: { memoryMiB: garage.memoryMiB, cpus: Math.min(0.1, garage.cpus ?? 0.1) },
    graceSeconds: topology.node.drainSeconds + 60, // after that, Garage gives requests 10 s, and then ends its workers
    ports: { rpc: ports.garageRpc, admin: ports.garageAdmin, agent: ports.garageAgent },
    podFields: { POD_NAME: "metadata.name", POD_IP: "status.podIP" },
    environment: {
      PATH: garageShellDirectory,
      NO_COLOR: "1",
      // Nobody but its own group reads the files, which Garage takes for everybody.
      GARAGE_ALLOW_WORLD_READABLE_SECRETS: "true",
    },
    probes: {
      // One that lost its data has to get the tables from the others, and says so by not being ready.
      startupProbe: { ...answers, periodSeconds: 1, failureThreshold: 300 },
      readinessProbe: {
        exec: { command: [shell, "-c", `exec sh ${pathOf("$POD_NAME.garage.sh")} healthy`] },
        periodSeconds: 5,
        timeoutSeconds: 5,
        failureThreshold: 2,
      },
      livenessProbe: { ...answers, periodSeconds: 20, failureThreshold: 6 },
    },
    steps: [
      {
        part: "shell",
        image: topology.images.registry,
        command: ["sh", "-c", renderGarageShellScript("/shell")],
        memoryMiB: 32,
        requests: { memoryMiB: 32, cpus: 0.05 },
        mounts: [{ name: "shell", mountPath: "/shell" }],
      },
    ],
    sidecars: [storeProxy(topology, "store-proxy", { store: ports.storeTls })],
    volumes: [
      filesVolume(files.garage),
      filesVolume(files.proxy, true, "store-proxy"),
      { name: "node-keys", secret: { secretName: keysName, defaultMode: 0o440 } },
      { name: "shell", emptyDir: { sizeLimit: "16Mi" } },
      memoryVolume("tmp", 4),
    ],
    mounts: [
      filesMount,
      { name: "node-keys", mountPath: nodeKey, subPathExpr: "$(POD_NAME)", readOnly: true },
      { name: "shell", mountPath: garageShellDirectory, readOnly: true },
      { name: "tmp", mountPath: "/tmp" },
      { name: "meta", mountPath: garageMetadataDirectory },
      { name: "data", mountPath: garageDataDirectory },
    ],
  });
}
