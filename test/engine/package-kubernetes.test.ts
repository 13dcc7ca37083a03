import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { before, describe, it } from "node:test";
import { Analyzer } from "@pulumi/pulumi/provider/experimental/analyzer";
import { getPulumiComponents } from "@pulumi/pulumi/provider/experimental/provider";
import { generateSchema } from "@pulumi/pulumi/provider/experimental/schema";
import type { PackageSpec } from "@pulumi/pulumi/provider/experimental/schema";
import * as exported from "ha-registry-kubernetes";

// The Kubernetes components as Pulumi analyses them for other languages, where they lie in the workspace. Not proved here: that the packed archive installs elsewhere.

const directory = resolve(__dirname, "../../../components/kubernetes");

/** What Docker's `Registry` has under the same name, and what is Kubernetes's own. */
const outputs = {
  shared: ["authority", "caCertificatePem", "clientConfig", "credentials", "endpoint", "hostname", "metricsEndpoint"],
  own: ["address", "namespaceName"],
};

describe("schema that Pulumi infers of the Kubernetes components", () => {
  let schema: PackageSpec;
  before(() => {
    const manifest = JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) as { name: string; version: string };
    const names = getPulumiComponents(exported).map(({ name }: { name: string }) => name);
    const { components, typeDefinitions, dependencies } = new Analyzer(
      directory,
      manifest.name,
      { ...manifest, dependencies: {} },
      new Set(names),
    ).analyze();
    schema = generateSchema(manifest.name, manifest.version, "", components, typeDefinitions, dependencies);
  });

  it("has every exported component under its token", () => {
    const names = [
      ...["Access", "Backup", "Certificates", "Files", "Garage", "GarbageCollection", "LoadBalancer", "Monitoring"],
      ...["ObjectStore", "Redis", "Registry", "RegistryNodes"],
    ];
    assert.deepEqual(
      Object.keys(schema.resources ?? {}).sort(),
      names.map((name) => `ha-registry-kubernetes:index:${name}`),
    );
  });
  it("has a Registry with no required input, with the outputs of Docker's and its own, all of them told what they are for", () => {
    const registry = schema.resources?.["ha-registry-kubernetes:index:Registry"];
    assert.deepEqual(registry?.requiredInputs ?? [], []);
    assert.deepEqual(Object.keys(registry?.properties ?? {}).sort(), [...outputs.shared, ...outputs.own].sort());
    for (const [name, { description }] of Object.entries({ ...registry?.inputProperties, ...registry?.properties }))
      assert.ok((description ?? "").length > 3, name);
  });
  it("keeps apart what is plain and what may be an output, in what it shares with Docker hosts, too", () => {
    const types = schema.types ?? {};
    const property = (type: string, name: string) => types[`ha-registry-kubernetes:index:${type}`]?.properties?.[name];
    assert.equal(property("KubernetesNodesShape", "count")?.plain, true);
    assert.equal(property("KubernetesLoadBalancerShape", "rateLimit")?.plain, true);
    assert.notEqual(property("SecretsArgs", "s3SecretKey"), undefined);
    assert.equal(property("SecretsArgs", "s3SecretKey")?.plain, undefined);
    assert.deepEqual(
      types["ha-registry-kubernetes:index:ServiceType"]?.enum?.map(({ value }) => value),
      ["LoadBalancer", "NodePort", "ClusterIP"],
    );
  });
});
