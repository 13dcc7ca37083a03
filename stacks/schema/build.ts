import { join } from "node:path";
import { describeInterfaces } from "./describe";
import type { JsonSchema } from "./json-schema";
import { Substrate, rootOf } from "./stack-config";

/** Namespace of the project's keys in a stack file. */
const NAMESPACE = "ha-registry";

const qualified = (name: string): string => `${NAMESPACE}:${name}`;

/**
 * The JSON Schema of a stack file (`Pulumi.<environment>.yaml`), made from the interfaces of `stack-config.ts` and of the library.
 *
 * @param directory Directory of `stack-config.ts`.
 */
export function buildSchema(directory: string): JsonSchema {
  const roots = Object.values(rootOf);
  const definitions = describeInterfaces(join(directory, "stack-config.ts"), roots);
  const names = [...new Set(roots.flatMap((root) => Object.keys(definitions[root]?.properties ?? {})))];
  const keysOf = (root: string): Record<string, JsonSchema> =>
    Object.fromEntries(Object.entries(definitions[root]?.properties ?? {}).map(([name, schema]) => [qualified(name), schema]));
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "An environment of ha-registry",
    description: "Pulumi's stack file. Keys of other namespaces, as docker:host, are Pulumi's own.",
    type: "object",
    properties: {
      config: {
        type: "object",
        // What the registry may have depends on what it is put on.
        ...among([Substrate.Kubernetes, Substrate.Aws], (substrate) => ({ properties: keysOf(rootOf[substrate]) })),
        patternProperties: { [`^${NAMESPACE}:(?!(${names.join("|")})$)`]: false },
      },
      secretsprovider: { description: "How Pulumi encrypts secrets, as passphrase or awskms://…", type: "string" },
      encryptedkey: { description: "Written by Pulumi.", type: "string" },
      encryptionsalt: { description: "Written by Pulumi.", type: "string" },
    },
    definitions,
  };
}

/** The schema of each substrate where it is named, and that of Docker where none is. */
function among(substrates: readonly Substrate[], schemaOf: (substrate: Substrate) => JsonSchema): JsonSchema {
  const [first, ...rest] = substrates;
  if (first === undefined) return schemaOf(Substrate.Docker);
  const key = qualified("substrate");
  return { if: { properties: { [key]: { const: first } }, required: [key] }, then: schemaOf(first), else: among(rest, schemaOf) };
}
