import { RegistryError } from "ha-registry-core";
import type { Placed, Topology } from "ha-registry-core";
import type { DockerCli } from "ha-registry-tools";
import { Failure } from "./exit";

/**
 * The container that has rclone and reaches the store.
 *
 * @throws {RegistryError} when the environment has none.
 */
export function storeContainer({ name, garbageCollection, backup }: Topology): Placed {
  const container = garbageCollection?.collector ?? backup;
  if (container !== undefined) return container;
  const message =
    "nothing in this environment can read the store: set it (`garbageCollection: {}` has defaults for everything), or backup, then run up";
  throw new RegistryError(name, [{ path: "registry.garbageCollection", message }]);
}

/** What a container with rclone was started with. */
export interface StartedWith {
  /** Path of its script. */
  script: string;
  /** Path of rclone's configuration. */
  configuration: string;
  /** Where in it the store is, as `store:bucket/docker/registry/v2`. */
  store: string;
}

/** @throws {Failure} when the container is not there, or Docker does not say. */
export async function startedWith(docker: DockerCli, container: string): Promise<StartedWith> {
  const found = await docker.attempt("container", "inspect", "--format", "{{json .Config.Cmd}}", container);
  if (/no such container/i.test(found.stderr)) throw new Failure(`${container} is not there: run up first.`);
  if (found.code !== 0) throw new Failure(`${container} cannot be looked at: ${found.stderr.trim()}`);
  const [script = "", , configuration = "", store = ""] = JSON.parse(found.stdout) as string[];
  return { script, configuration, store };
}
