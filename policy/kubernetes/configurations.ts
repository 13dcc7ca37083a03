import { registryConfiguration, type RegistryConfiguration } from "ha-registry-policy-common";
import { ofType, types, type JudgedObject } from "./objects";

/** A file that a ConfigMap or a Secret has. */
export interface StoredFile {
  /** The object. */
  object: JudgedObject;
  /** Its key there. */
  key: string;
  /** Its content. */
  content: string;
}

/** What these objects have beside their metadata. */
interface Stored {
  data?: Record<string, string>;
  stringData?: Record<string, string>;
}

/** Every file of a ConfigMap whose content is known. */
export function filesOfConfigMap(object: JudgedObject): StoredFile[] {
  return filesIn(object, (object.properties as Stored).data);
}

/** Every file of ConfigMaps and Secrets whose content is known. */
export function filesOf(objects: readonly JudgedObject[]): StoredFile[] {
  const decoded = ofType(objects, types.secret).flatMap((object) => {
    const { data = {}, stringData } = object.properties as Stored;
    const plain = Object.entries(data).map(([key, text]) => [key, Buffer.from(text, "base64").toString("utf8")] as const);
    return filesIn(object, { ...Object.fromEntries<string>(plain), ...stringData });
  });
  return [...ofType(objects, types.configMap).flatMap(filesOfConfigMap), ...decoded];
}

function filesIn(object: JudgedObject, data: Record<string, string> = {}): StoredFile[] {
  return Object.entries(data).map(([key, content]) => ({ object, key, content }));
}

/** Configurations of registries among what ConfigMaps and Secrets have. */
export function registryConfigurations(objects: readonly JudgedObject[]): { file: StoredFile; configuration: RegistryConfiguration }[] {
  return filesOf(objects).flatMap((file) => {
    const configuration = registryConfiguration(file.content);
    return configuration === undefined ? [] : [{ file, configuration }];
  });
}
