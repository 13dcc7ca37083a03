import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import type { PackageSpec } from "@pulumi/pulumi/provider/experimental/schema";
import * as exported from "ha-registry-kubernetes";
import { assertTold, componentsOf, inferSchema } from "./support/inferred-schema";

// The Kubernetes components as Pulumi analyses them for other languages, where they lie in the workspace. Not proved here: that the packed archive installs elsewhere.

/** What Docker's `Registry` has under the same name, and what is Kubernetes's own. */
const outputs = {
  shared: ["authority", "caCertificatePem", "clientConfig", "credentials", "endpoint", "hostname", "metricsEndpoint"],
  own: ["address", "namespaceName"],
};

describe("schema that Pulumi infers of the Kubernetes components", () => {
  let schema: PackageSpec;
  before(() => {
    schema = inferSchema("kubernetes", componentsOf(exported));
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
    assertTold(schema, "ha-registry-kubernetes:index:Registry", [...outputs.shared, ...outputs.own]);
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
