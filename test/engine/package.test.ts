import assert from "node:assert/strict";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, describe, it } from "node:test";
import { Analyzer } from "@pulumi/pulumi/provider/experimental/analyzer";
import type { ComponentDefinition } from "@pulumi/pulumi/provider/experimental/analyzer";
import { getPulumiComponents } from "@pulumi/pulumi/provider/experimental/provider";
import { generateSchema } from "@pulumi/pulumi/provider/experimental/schema";
import type { PackageSpec } from "@pulumi/pulumi/provider/experimental/schema";
import { CommandError, ensureEngine, runChecked, runCommand } from "ha-registry-tools";

// The packages as consumers get them: packed, installed outside the workspace, type-checked, and analysed as Pulumi does for other
// languages. Not proved here: that the analysed components run from another language, which needs Pulumi's Node language host.

const repository = resolve(__dirname, "../../..");
const packages = ["ha-registry-core", "ha-registry-docker"];
const outside = mkdtempSync(join(tmpdir(), "ha-registry-consumer-"));
const consumer = join(outside, "consumer");
const installed = (name: string): string => join(consumer, "node_modules", name);

/** A file of an archive, as `npm pack --json` tells it. */
interface Packed {
  name: string;
  filename: string;
  files: { path: string }[];
}
let packed: Packed[];

before(async () => {
  const workspaces = packages.map((name) => `--workspace=${name}`);
  const pack = await runChecked("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", outside, ...workspaces], {
    cwd: repository,
  });
  packed = JSON.parse(pack.stdout) as Packed[];
  cpSync(join(repository, "examples/docker-typescript-registry"), consumer, { recursive: true });
  const tarballs = packed.map(({ filename }) => join(outside, filename));
  const flags = ["--prefer-offline", "--fetch-retries=6", "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund"];
  await runChecked("npm", ["install", ...flags, ...tarballs], { cwd: consumer });
});
after(() => rmSync(outside, { recursive: true, force: true }));

describe("archives", () => {
  it("hold sources, declarations, licence and what inference needs, and nothing else", () => {
    assert.deepEqual(packed.map(({ name }) => name).sort(), packages);
    for (const { name, files } of packed) {
      const paths = files.map(({ path }) => path);
      for (const path of ["LICENSE", "index.ts", "tsconfig.json", "dist/index.js", "dist/index.d.ts"])
        assert.ok(paths.includes(path), `${name}: ${path}`);
      const odd = paths.filter(
        (path) =>
          !/^(dist\/)?((cost|render|verify)\/)?[a-z-]+(\.d)?\.(ts|js)(\.map)?$|^(dist\/)?dashboards\/[a-z-]+\.json$|^(LICENSE|README\.md|package\.json|tsconfig\.json|PulumiPlugin\.yaml)$/.test(
            path,
          ),
      );
      assert.deepEqual(odd, [], name);
    }
  });
});

describe("a consumer outside the workspace", () => {
  const compile = (...args: string[]): Promise<unknown> =>
    runChecked(process.execPath, [join(repository, "node_modules/typescript/bin/tsc"), ...args], { cwd: consumer });

  it("type-checks the README's example, strictly", async () => {
    assert.ok(existsSync(join(consumer, "index.ts")));
    await compile("-p", ".");
  });
  it("is told when an argument has the wrong type", async () => {
    writeFileSync(
      join(consumer, "wrong.ts"),
      'import { Registry } from "ha-registry-docker";\nnew Registry("team", { nodes: { count: "two" } });\n',
    );
    writeFileSync(join(consumer, "tsconfig.wrong.json"), JSON.stringify({ extends: "./tsconfig.json", files: ["wrong.ts"] }));
    const refused = (error: unknown): boolean =>
      error instanceof CommandError && error.result.stdout.includes("Type 'string' is not assignable to type 'number'");
    await assert.rejects(compile("-p", "tsconfig.wrong.json"), refused);
  });
  it("has exactly one copy of @pulumi/pulumi: with two, children would get lost", async () => {
    const { stdout } = await runChecked("npm", ["ls", "@pulumi/pulumi", "--all", "--parseable"], { cwd: consumer });
    assert.deepEqual(stdout.trim().split("\n"), [installed("@pulumi/pulumi")]);
    const tree = JSON.parse((await runChecked("npm", ["ls", "@pulumi/pulumi", "--json"], { cwd: consumer })).stdout) as Tree;
    assert.equal(new Set(versions(tree, "@pulumi/pulumi")).size, 1);
  });
  it("may have a newer @pulumi/pulumi, and still one copy: the packages ask for ranges", () => {
    const manifest = JSON.parse(readFileSync(join(installed("ha-registry-docker"), "package.json"), "utf8")) as Manifest;
    const asked = Object.entries(manifest.dependencies).filter(([name]) => name.startsWith("@pulumi/"));
    assert.equal(asked.length, 4);
    for (const [name, range] of asked) assert.match(range, /^\^\d+\.\d+\.\d+$/, name);
  });
  it("loads the packages from their compiled JavaScript", async () => {
    const script = 'const { Registry } = require("ha-registry-docker"); console.log(Registry.name, require.resolve("ha-registry-docker"));';
    const { stdout } = await runCommand(process.execPath, ["-e", script], { cwd: consumer });
    assert.equal(stdout.trim(), `Registry ${join(installed("ha-registry-docker"), "dist/index.js")}`);
  });
});

/** What a package says of itself. */
interface Manifest {
  name: string;
  version: string;
  dependencies: Record<string, string>;
}

/** What `npm ls --json` prints. */
interface Tree {
  version?: string;
  dependencies?: Record<string, Tree>;
}

function versions(tree: Tree, name: string): string[] {
  return Object.entries(tree.dependencies ?? {}).flatMap(([key, child]) => [
    ...(key === name ? [child.version ?? ""] : []),
    ...versions(child, name),
  ]);
}

/** Inputs that are required, inputs that are not (or how many), and outputs, by component. */
const expected: Record<string, { required: string[]; optional: string[]; outputs: string[] }> = {
  Access: { required: ["topology"], optional: ["passwords"], outputs: ["htpasswd", "passwords"] },
  Audit: {
    required: ["networkName", "topology"],
    optional: ["caCertificatePem", "elasticsearchPassword", "lokiPassword"],
    outputs: [],
  },
  Backup: {
    required: ["networkName", "topology"],
    optional: ["accessKeys", "caPem", "secretKeys", "storeCaPem", "storeKeys", "storeVolumeName"],
    outputs: [],
  },
  Certificates: {
    required: ["topology"],
    optional: ["caCertificatePem", "certificatePem", "privateKeyPem"],
    outputs: ["caCertificatePem", "certificatePem", "internalCaCertificatePem", "internalCaPrivateKeyPem", "privateKeyPem"],
  },
  Files: {
    required: ["owner", "part", "topology"],
    optional: ["host", "plain", "pointedTo", "reread", "salt", "secret"],
    outputs: ["paths", "volumeName"],
  },
  Garage: { required: ["networkName", "topology"], optional: [], outputs: ["accessKey", "metricsToken", "secretKey"] },
  GarbageCollection: {
    required: ["networkName", "node", "redisCaPem", "redisPassword", "topology"],
    optional: ["s3CaPem", "storeKeys", "storeVolumeName"],
    outputs: [],
  },
  LoadBalancer: {
    required: ["certificatePem", "networkName", "privateKeyPem", "topology"],
    optional: ["clientCaPem", "internalCaPem", "internalCertificatePem", "internalPrivateKeyPem"],
    outputs: ["endpoint", "metricsEndpoint"],
  },
  Monitoring: {
    required: ["caCertificatePem", "internalCa", "networkName", "topology"],
    optional: ["garageToken", "probePassword", "receiverSecrets", "redisPassword", "storeVolumeName"],
    outputs: [],
  },
  ObjectStore: {
    required: ["networkName", "topology"],
    optional: [],
    outputs: ["metricsToken", "s3AccessKey", "s3SecretKey", "volumeName"],
  },
  Redis: {
    required: ["caCertificatePem", "caPrivateKeyPem", "networkName", "topology"],
    optional: [],
    outputs: ["monitorPassword", "password"],
  },
  RedisSentinels: {
    required: ["caCertificatePem", "caPrivateKeyPem", "networkName", "passwords", "topology"],
    optional: [],
    outputs: [],
  },
  Registry: {
    required: [],
    optional: [
      ...[
        "access",
        "alternativeNames",
        "audit",
        "backup",
        "certificates",
        "dataProtection",
        "garbageCollection",
        "hostname",
        "hosts",
        "images",
      ],
      ...[
        "internalPortBase",
        "labels",
        "loadBalancer",
        "logs",
        "monitoring",
        "naming",
        "nodes",
        "objectStore",
        "redis",
        "secrets",
        "settings",
        "subnet",
        "teamSize",
        "trust",
      ],
    ],
    outputs: ["authority", "caCertificatePem", "clientConfig", "credentials", "endpoint", "hostname", "metricsEndpoint"],
  },
  RegistryNodes: {
    required: ["networkName", "topology"],
    optional: [
      ...[
        "certificatePem",
        "htpasswd",
        "notificationHeaders",
        "privateKeyPem",
        "redisCaPem",
        "s3CaPem",
        "secrets",
        "settings",
        "storeVolumeName",
      ],
      ...["tokenCertificatesPem", "tokenJwks"],
    ],
    outputs: [],
  },
  VirtualAddress: { required: ["topology"], optional: [], outputs: ["address"] },
};

describe("schema that Pulumi infers from the installed package", () => {
  let components: Record<string, ComponentDefinition>;
  let schema: PackageSpec;
  before(() => {
    const directory = installed("ha-registry-docker");
    const manifest = JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) as Manifest;
    const exported: unknown = createRequire(join(consumer, "index.js"))("ha-registry-docker");
    const names = getPulumiComponents(exported).map(({ name }: { name: string }) => name);
    const result = new Analyzer(directory, manifest.name, manifest, new Set(names)).analyze();
    components = result.components;
    schema = generateSchema(manifest.name, manifest.version, "", components, result.typeDefinitions, result.dependencies);
  });

  it("has every exported component under its token", () => {
    const tokens = Object.keys(expected).map((name) => `ha-registry-docker:index:${name}`);
    assert.deepEqual(Object.keys(schema.resources ?? {}).sort(), tokens);
  });
  for (const [name, { required, optional, outputs }] of Object.entries(expected)) {
    it(`has the inputs and outputs of ${name}`, () => {
      const resource = schema.resources?.[`ha-registry-docker:index:${name}`];
      assert.equal(resource?.isComponent, true);
      assert.deepEqual([...(resource.requiredInputs ?? [])].sort(), required);
      assert.deepEqual(Object.keys(resource.inputProperties ?? {}).sort(), [...required, ...optional].sort());
      assert.deepEqual(Object.keys(resource.properties ?? {}).sort(), outputs);
    });
  }
  it("passes the engine's own check", async () => {
    const { command, environment } = await ensureEngine(() => undefined);
    writeFileSync(join(outside, "schema.json"), JSON.stringify(schema));
    await runChecked(command.binary, ["schema", "check", join(outside, "schema.json")], { environment });
  });
  it("keeps apart what is plain and what may be an output", () => {
    const inputs = components["Registry"]?.inputs ?? {};
    assert.equal(inputs["hostname"]?.plain, true);
    assert.equal(inputs["settings"]?.plain, undefined);
    assert.equal(schema.types?.["ha-registry-docker:index:NodesShape"]?.properties?.["count"]?.plain, true);
    assert.equal(schema.types?.["ha-registry-docker:index:SecretsArgs"]?.properties?.["s3SecretKey"]?.plain, undefined);
  });
  it("has enumerations as enumerations", () => {
    const values = schema.types?.["ha-registry-docker:index:AccessMode"]?.enum?.map(({ value }) => value);
    assert.deepEqual(values, ["htpasswd", "token", "none"]);
  });
  it("tells what every property of Registry is for", () => {
    const resource = schema.resources?.["ha-registry-docker:index:Registry"];
    const all = { ...resource?.inputProperties, ...resource?.properties };
    for (const [name, { description }] of Object.entries(all)) assert.ok((description ?? "").length > 3, name);
  });
});
