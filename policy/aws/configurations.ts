import { registryConfiguration, type RegistryConfiguration } from "ha-registry-policy-common";
import { ofKind, types, type Resource } from "./resources";
import { containersOf, nameOf, type TaskDefinition } from "./task-definition";

/** A registry's configuration, and where it stands. */
export interface FoundConfiguration {
  /** The resource that has it. */
  resource: Resource;
  /** Where in the resource, as messages have it. */
  place: string;
  configuration: RegistryConfiguration;
}

/** Kinds of what tasks get files from. */
export const fileKinds = [types.taskDefinition, types.secretVersion, types.parameter] as const;

interface Stored {
  secretString?: string;
  value?: string;
}

/** Configurations of registries in what tasks get files from: environments, secrets and parameters, as they are, in Base64, or in a JSON of several files. */
export function registryConfigurations(resources: readonly Resource[]): FoundConfiguration[] {
  const inTasks = ofKind<TaskDefinition>(resources, types.taskDefinition).flatMap((resource) =>
    containersOf(resource).flatMap((container) =>
      (container.environment ?? []).flatMap(({ name = "", value = "" }) => found(resource, `${name} of ${nameOf(container)}`, value)),
    ),
  );
  const stored = ofKind<Stored>(resources, [...types.secretVersion, ...types.parameter]).flatMap((resource) => {
    const { secretString, value = secretString ?? "" } = resource.properties;
    return textsIn(value).flatMap(([name, text]) => found(resource, name, text));
  });
  return [...inTasks, ...stored];
}

function found(resource: Resource, place: string, text: string): FoundConfiguration[] {
  const configuration = registryConfiguration(text) ?? registryConfiguration(Buffer.from(text, "base64").toString("utf8"));
  return configuration === undefined ? [] : [{ resource, place, configuration }];
}

/** The texts of a secret, by name: it is one, or JSON that has several. */
function textsIn(content: string): [name: string, text: string][] {
  const values = content.trimStart().startsWith("{") ? Object.entries(parsed(content)) : [];
  const texts = values.filter((entry): entry is [string, string] => typeof entry[1] === "string");
  return [["its text", content], ...texts];
}

function parsed(content: string): object {
  try {
    return JSON.parse(content) as object;
  } catch {
    return {};
  }
}
