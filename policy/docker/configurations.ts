import { registryConfiguration, type RegistryConfiguration } from "ha-registry-policy-common";
import type { JudgedContainer } from "./container";

/** A file that a container brings, with the container that does. */
export interface BroughtFile {
  /** The container that it is uploaded into. */
  container: JudgedContainer;
  /** Its path; empty where that is not known yet. */
  path: string;
  /** Its content. */
  content: string;
}

/** Every uploaded file whose content is known. */
export function filesOf(containers: readonly JudgedContainer[]): BroughtFile[] {
  return containers.flatMap((container) =>
    (container.properties.uploads ?? []).flatMap(({ file = "", content }) =>
      content === undefined ? [] : [{ container, path: file, content }],
    ),
  );
}

/** Configurations of registries among uploaded files: they are told by what is in them, since names and paths are anybody's choice. */
export function registryConfigurations(
  containers: readonly JudgedContainer[],
): { file: BroughtFile; configuration: RegistryConfiguration }[] {
  return filesOf(containers).flatMap((file) => {
    const configuration = registryConfiguration(file.content);
    return configuration === undefined ? [] : [{ file, configuration }];
  });
}
