import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, test } from "node:test";
import { RegistryError } from "ha-registry-core";
import type { SecretsArgs, TrustArgs } from "ha-registry-docker";
import type { RegistryArgs as KubernetesArgs } from "ha-registry-kubernetes";
import { readStackFile, type StackFile } from "ha-registry/dist/cli/stack-file";
import { buildSchema } from "ha-registry/dist/schema/build";
import { isOnDockerHosts } from "ha-registry/dist/schema/stack-config";
import type { CommonSecretsConfig, CommonTrustConfig, SecretsConfig, StackConfig, TrustConfig } from "ha-registry/dist/schema/stack-config";
import { nearest } from "ha-registry/dist/schema/suggestion";
import { findProblems } from "ha-registry/dist/schema/validate";

const stacks = resolve(__dirname, "..", "..", "..", "stacks");
const directory = mkdtempSync(join(tmpdir(), "stack-config-"));
after(() => rmSync(directory, { recursive: true }));

/** Reads `text` as the stack file of `prod`. */
function read(text: string): StackFile {
  const file = join(directory, "Pulumi.prod.yaml");
  writeFileSync(file, text);
  return readStackFile(file, "prod");
}

/** The same for one of an environment on Docker hosts. */
function onDocker(text: string): StackFile<StackConfig> {
  const { config, ...file } = read(text);
  assert.ok(isOnDockerHosts(config));
  return { ...file, config };
}

/** The problems of a stack file, `path: message` each. */
function problemsOf(text: string): string[] {
  try {
    read(text);
    return [];
  } catch (error) {
    assert.ok(error instanceof RegistryError, String(error));
    return error.problems.map(({ path, message }) => `${path}: ${message}`);
  }
}

/** A stack file with these fields of the registry, written as YAML in flow style. */
function registry(fields: string): string {
  return `config:\n  ha-registry:registry: { ${fields} }\n`;
}

test("the committed schema is the one that the interfaces give", () => {
  const committed: unknown = JSON.parse(readFileSync(join(stacks, "config", "schema.json"), "utf8"));
  assert.deepEqual(committed, buildSchema(join(stacks, "schema")), "write it anew: npm run schema -w ha-registry");
});

test("every field of the schema tells what it is", () => {
  const { definitions = {} } = buildSchema(join(stacks, "schema"));
  for (const [name, { description, properties = {} }] of Object.entries(definitions)) {
    assert.ok(description, name);
    for (const [field, schema] of Object.entries(properties)) assert.ok(schema.description, `${name}.${field}`);
  }
});

test("defaults of the doc comments are defaults of the schema, and prose stays prose", () => {
  const { definitions = {} } = buildSchema(join(stacks, "schema"));
  assert.equal(definitions["LoadBalancerShape"]?.properties?.["port"]?.default, 5000);
  assert.equal(definitions["AccessShape"]?.properties?.["mode"]?.default, "htpasswd");
  assert.equal(definitions["StackConfig"]?.properties?.["substrate"]?.default, "docker");
  const subnet = definitions["RegistryConfig"]?.properties?.["subnet"];
  assert.equal(subnet?.default, undefined);
  assert.match(subnet?.description ?? "", /\nDefault: a \/24/);
});

test("the configuration can hold every certificate and every secret of the component", () => {
  const trustCovered: Exclude<keyof TrustArgs, keyof TrustConfig> extends never ? true : false = true;
  const secretsCovered: Exclude<keyof SecretsArgs, keyof SecretsConfig> extends never ? true : false = true;
  assert.ok(trustCovered && secretsCovered);
  type Given<Field extends "trust" | "secrets"> = keyof NonNullable<KubernetesArgs[Field]>;
  const commonTrust: Exclude<Given<"trust">, keyof CommonTrustConfig> extends never ? true : false = true;
  const commonSecrets: Exclude<Given<"secrets">, keyof CommonSecretsConfig> extends never ? true : false = true;
  assert.ok(commonTrust && commonSecrets);
});

test("the files that come with the project are right", () => {
  for (const name of [
    "local.template.yaml",
    "dev.example.yaml",
    "staging.example.yaml",
    "production.example.yaml",
    "prod-docker.example.yaml",
    "prod-kubernetes.example.yaml",
    "prod-aws.example.yaml",
  ]) {
    assert.deepEqual(problemsOf(readFileSync(join(stacks, "config", name), "utf8")), [], name);
  }
});

test("hosts are in the order of their names, as Pulumi hands them to the program", () => {
  const host = (number: number): string => `{ dockerHost: "ssh://10.0.0.${number}", address: 10.0.0.${number} }`;
  const store = "objectStore: { s3: { bucket: layers } }";
  const { config } = onDocker(`config:\n  registry: { ${store}, hosts: { south: ${host(3)}, north: ${host(1)}, east: ${host(2)} } }`);
  assert.deepEqual(Object.keys(config.registry?.hosts ?? {}), ["east", "north", "south"]);
});

test("what a registry may have depends on what it is put on", () => {
  const kubernetes = (fields: string): string[] => problemsOf(`config:\n  substrate: kubernetes\n  registry: { ${fields} }\n`);
  const store = "objectStore: { s3: { bucket: layers } }";
  assert.deepEqual(kubernetes(`${store}, loadBalancer: { service: { type: NodePort } }`), []);
  assert.match(kubernetes(`${store}, hosts: {}`).join(), /^registry\.hosts: is no field of registry/);
  assert.match(kubernetes("objectStore: { volume: { accessMode: ReadWriteOnce } }").join(), /^registry\.objectStore\.volume/);
  assert.match(problemsOf(registry("networkPolicies: {}")).join(), /^registry\.networkPolicies: is no field of registry/);
  assert.match(problemsOf("config:\n  substrate: nomad\n").join(), /^substrate: "nomad" is not one of docker, kubernetes, aws/);
});

test("a file is read with its own keys, Pulumi's keys and those of other namespaces", () => {
  const file = read(
    [
      "config:",
      "  docker:host: ssh://ops@registry-host",
      "  other:registry: 5",
      "  registry: { teamSize: 30 }",
      "  ha-registry:backend: s3://bucket",
      "secretsprovider: awskms://alias/pulumi",
      "encryptionsalt: v1:abc",
    ].join("\n"),
  );
  assert.deepEqual(file, {
    config: { registry: { teamSize: 30 }, backend: "s3://bucket" },
    dockerHost: "ssh://ops@registry-host",
    secretsProvider: "awskms://alias/pulumi",
  });
});

test("a file with nothing in it means the defaults", () => {
  for (const text of ["", "# nothing\n", "config: {}\n", "config:\n", "encryptionsalt: v1:abc\n"])
    assert.deepEqual(read(text), { config: {} });
});

const bad: Record<string, [text: string, ...problems: RegExp[]]> = {
  "an unknown field": [registry("nodes: { cuont: 3 }"), /^registry\.nodes\.cuont: is no field of registry\.nodes; did you mean count\?$/],
  "an unknown field like no other": [
    registry("redis: { flavour: hot }"),
    /^registry\.redis\.flavour: .*its fields are .*enabled, memoryMiB/,
  ],
  "an unknown key": ["config:\n  ha-registry:regsitry: {}\n", /^regsitry: .*did you mean registry\?/],
  "an unknown substrate": [
    "config:\n  ha-registry:substrate: dokcer\n",
    /^substrate: "dokcer" is not one of docker, kubernetes, aws; did you mean docker\?/,
  ],
  "an unknown member of an enumeration": [
    registry("access: { mode: ldap }"),
    /^registry\.access\.mode: "ldap" is not one of htpasswd, token, none/,
  ],
  "a number in quotes": [registry('loadBalancer: { port: "5000" }'), /^registry\.loadBalancer\.port: "5000" is not a number/],
  "a number for a text": [registry("hostname: 3"), /^registry\.hostname: 3 is not text/],
  "a text for a switch": [registry('dataProtection: "no"'), /^registry\.dataProtection: "no" is not true or false/],
  "a text for a group": [registry("nodes: three"), /^registry\.nodes: "three" is not a group of fields/],
  "a text for a list": [registry("alternativeNames: a.example"), /^registry\.alternativeNames: "a\.example" is not a list/],
  "a wrong item of a list": [registry("alternativeNames: [a.example, 5]"), /^registry\.alternativeNames\[1\]: 5 is not text/],
  "a field without a value": [registry("teamSize: "), /^registry\.teamSize: is empty/],
  "a field that is needed": [registry("objectStore: { s3: {} }"), /^registry\.objectStore\.s3\.bucket: is missing/],
  "zero nodes": [registry("nodes: { count: 0 }"), /^registry\.nodes\.count: 0 nodes/],
  "ports that clash": [
    registry("loadBalancer: { port: 5000, statistics: { port: 5000 } }"),
    /^registry\.loadBalancer\.statistics\.port: .*5000/,
  ],
  "an image below the floor": [
    registry('images: { references: { registry: "registry:2.8.3" } }'),
    /^registry\.images\.references\.registry: "registry:2\.8\.3" is older than 3\.1\.2/,
  ],
  "a setting out of bounds": [registry("settings: { uploadPurgeAgeHours: -1 }"), /^registry\.settings\.uploadPurgeAgeHours: /],
  "a secret in plain text": [
    "config:\n  ha-registry:secrets: { s3SecretKey: hunter2 }\n",
    /^secrets\.s3SecretKey: stands here in plain text: .*ha-registry secret <environment> s3SecretKey/,
  ],
  "an unknown secret": [
    "config:\n  ha-registry:secrets: { s3SecretKye: { secure: v1 } }\n",
    /^secrets\.s3SecretKye: .*did you mean s3SecretKey\?/,
  ],
  "a configuration that is no group": ["config: [1]\n", /^config: is not a group of keys/],
  "a list for a file": ["- 1\n", /^config: is missing/],
  "YAML that cannot be read": ["config:\n  ha-registry:registry: {\n", /^line \d+: /],
  "YAML with a key twice": ["config:\n  a:b: 1\n  a:b: 2\n", /^line 3: Map keys must be unique/],
  "many things at once": [
    registry('nodes: { cuont: 3 }, teamSize: "x", loadBalancer: { prot: 1, port: true }'),
    /^registry\.teamSize/,
    /^registry\.nodes\.cuont/,
    /^registry\.loadBalancer\.prot/,
    /^registry\.loadBalancer\.port/,
  ],
  "many meanings at once": [
    registry('nodes: { count: 1 }, hostname: "a b", settings: { maxTags: 0 }'),
    /^registry\.hostname/,
    /^registry\.nodes\.count/,
    /^registry\.settings\.maxTags/,
  ],
};

for (const [what, [text, ...expected]] of Object.entries(bad)) {
  test(`${what} is refused by the name of the field`, () => {
    const found = problemsOf(text);
    assert.equal(found.length, expected.length, found.join("\n"));
    for (const pattern of expected)
      assert.ok(
        found.some((line) => pattern.test(line)),
        `${String(pattern)}\n${found.join("\n")}`,
      );
  });
}

test("a name that Docker and DNS cannot take is a problem of the environment", () => {
  assert.deepEqual(
    findProblems("-x", {}, "plain").map(({ path }) => path),
    ["environment"],
  );
});

test("values of secrets are never repeated", () => {
  assert.deepEqual(problemsOf("config:\n  ha-registry:secrets: hunter2\n"), ["secrets: is a group of secrets, each encrypted on its own"]);
  const secrets = "config:\n  ha-registry:secrets: { passwords: { ann: hunter2 }, privateKeyPem: 7411, s3AccessKey: [hunter2] }\n";
  const found = problemsOf(secrets);
  assert.equal(found.length, 3);
  assert.doesNotMatch(found.join("\n"), /hunter2|7411/);
});

test("the program takes secrets decrypted, and the file only encrypted", () => {
  assert.deepEqual(findProblems("prod", { secrets: { passwords: { admin: "long-enough-to-be-one" } } }, "plain"), []);
  assert.deepEqual(findProblems("prod", { secrets: { passwords: { admin: { secure: "v1:…" } } } }, "encrypted"), []);
  const paths = findProblems("prod", { secrets: { passwords: { admin: { secure: "v1:…" } } } }, "plain").map(({ path }) => path);
  assert.deepEqual(paths, ["secrets.passwords.admin"]);
});

test("a mistyped name finds the one that was meant, and a strange one finds none", () => {
  const known = ["port", "bindAddress", "replicas", "statistics"];
  const cases = {
    prot: "port",
    Port: "port",
    bindadress: "bindAddress",
    replica: "replicas",
    statistic: "statistics",
    colour: undefined,
    x: undefined,
  };
  for (const [given, meant] of Object.entries(cases)) assert.equal(nearest(given, known), meant, given);
});
