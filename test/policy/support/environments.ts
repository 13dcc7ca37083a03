import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { imageTable } from "ha-registry-core";
import type { RegistryArgs } from "ha-registry-docker";
import { parse } from "yaml";

const directory = resolve(__dirname, "../../../../stacks/config");

/** An environment of the library's own. */
export interface OwnEnvironment {
  /** Its name, and that of its stack. */
  name: string;
  /** What it configures, with digests and secrets that whoever copies it adds. */
  registry: RegistryArgs;
  /** Path of what it tells the policy pack; the pack's own defaults where it tells nothing. */
  policyFile?: string;
}

/** A digest that no image has: a preview asks no registry. */
const digest = `sha256:${"0".repeat(64)}`;

const references = Object.fromEntries(
  Object.entries(imageTable).map(([name, { repository, tag }]) => [name, `${repository}:${tag}@${digest}`]),
);

const backupKeys = { backupAccessKeys: { far: "A".repeat(20) }, backupSecretKeys: { far: "s".repeat(40) } };

/** What stands in an environment's file. */
function configured(file: string): RegistryArgs {
  const { config } = parse(readFileSync(join(directory, file), "utf8")) as { config: Record<string, RegistryArgs> };
  return config["ha-registry:registry"] ?? {};
}

/** The environments that come with the library. */
export const ownEnvironments: readonly OwnEnvironment[] = [
  { name: "local", registry: configured("local.template.yaml"), policyFile: join(directory, "policy", "local.json") },
  { name: "dev", registry: configured("dev.example.yaml"), policyFile: join(directory, "policy", "dev.json") },
  {
    name: "staging",
    registry: {
      ...configured("staging.example.yaml"),
      images: { references },
      secrets: { s3AccessKey: "A".repeat(20), s3SecretKey: "s".repeat(40), receivers: { operators: "https://hooks.corp.example/x" } },
    },
    policyFile: join(directory, "policy", "staging.json"),
  },
  {
    name: "production",
    registry: {
      ...configured("production.example.yaml"),
      images: { references },
      secrets: {
        s3AccessKey: "A".repeat(20),
        s3SecretKey: "s".repeat(40),
        receivers: { operators: "https://hooks.corp.example/x" },
        ...backupKeys,
      },
    },
  },
  {
    name: "prod-docker",
    registry: {
      ...configured("prod-docker.example.yaml"),
      images: { references },
      secrets: {
        receivers: { operators: "https://hooks.corp.example/x", "dead-mans-switch": "https://watch.corp.example/y" },
        ...backupKeys,
      },
    },
  },
];

/** What an environment tells the policy pack, by policy. */
export function policyConfiguration({ policyFile }: OwnEnvironment): Record<string, Record<string, unknown>> {
  return policyFile === undefined ? {} : (JSON.parse(readFileSync(policyFile, "utf8")) as Record<string, Record<string, unknown>>);
}
