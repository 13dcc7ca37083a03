import { join } from "node:path";
import { describeInterface } from "./describe";
import type { JsonSchema } from "./json-schema";

/** Namespace of the project's keys in a stack file. */
const NAMESPACE = "ha-registry";

/**
 * The JSON Schema of a stack file (`Pulumi.<environment>.yaml`), made from the interfaces of `stack-config.ts` and of the library.
 *
 * @param directory Directory of `stack-config.ts`.
 */
export function buildSchema(directory: string): JsonSchema {
  const definitions = describeInterface(join(directory, "stack-config.ts"), "StackConfig");
  const keys = definitions["StackConfig"]?.properties ?? {};
  const names = Object.keys(keys);
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "An environment of ha-registry",
    description: "Pulumi's stack file. Keys of other namespaces, as docker:host, are Pulumi's own.",
    type: "object",
    properties: {
      config: {
        type: "object",
        properties: Object.fromEntries(Object.entries(keys).map(([name, schema]) => [`${NAMESPACE}:${name}`, schema])),
        patternProperties: { [`^${NAMESPACE}:(?!(${names.join("|")})$)`]: false },
      },
      secretsprovider: { description: "How Pulumi encrypts secrets, as passphrase or awskms://…", type: "string" },
      encryptedkey: { description: "Written by Pulumi.", type: "string" },
      encryptionsalt: { description: "Written by Pulumi.", type: "string" },
    },
    definitions,
  };
}
