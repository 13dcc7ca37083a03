import type { ImageName } from "ha-registry-core";

import type { DockerCli } from "./docker";
import { imageRecipes } from "./recipes";

/** The version that the program in a running container says it has; undefined when it does not say. */
export async function runningVersion(docker: DockerCli, container: string, image: ImageName): Promise<string | undefined> {
  const recipe = imageRecipes[image];
  if (recipe === undefined) return undefined;
  const { versionCommand, versionPattern } = recipe;
  const { code, stdout } = await docker.attempt("exec", container, ...versionCommand);
  return code === 0 ? versionPattern.exec(stdout)?.[1] : undefined;
}
