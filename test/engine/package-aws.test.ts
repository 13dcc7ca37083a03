import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import { before, describe, it } from "node:test";
import type { PackageSpec } from "@pulumi/pulumi/provider/experimental/schema";
import * as exported from "ha-registry-aws";
import { runChecked } from "ha-registry-tools";
import { assertTold, componentsOf, inferSchema } from "./support/inferred-schema";

// The AWS components as Pulumi analyses them for other languages, where they lie in the workspace. Not proved here: that the packed archive installs elsewhere.

const repository = resolve(__dirname, "../../..");

/** What Docker's `Registry` has under the same name, and what is AWS's own. */
const outputs = {
  shared: ["authority", "caCertificatePem", "clientConfig", "credentials", "endpoint", "hostname"],
  own: ["address", "bucket", "logGroupName", "nameServers"],
};

describe("schema that Pulumi infers of the AWS components", () => {
  let schema: PackageSpec;
  before(() => {
    schema = inferSchema("aws", componentsOf(exported));
  });

  it("has every exported component under its token", () => {
    const names = componentsOf(exported).map((name) => `ha-registry-aws:index:${name}`);
    for (const name of ["Access", "Certificates", "LoadBalancer", "Network", "ObjectStore", "Redis", "Registry", "RegistryNodes"])
      assert.ok(names.includes(`ha-registry-aws:index:${name}`), name);
    assert.deepEqual(Object.keys(schema.resources ?? {}).sort(), names.sort());
  });
  it("has a Registry that needs region and host name, with the outputs of Docker's and its own, all of them told what they are for", () => {
    const registry = schema.resources?.["ha-registry-aws:index:Registry"];
    assert.deepEqual([...(registry?.requiredInputs ?? [])].sort(), ["hostname", "region"]);
    assertTold(schema, "ha-registry-aws:index:Registry", [...outputs.shared, ...outputs.own]);
  });
  it("keeps apart what is plain and what may be an output, in what it shares with Docker hosts, too", () => {
    const types = schema.types ?? {};
    const property = (type: string, name: string) => types[`ha-registry-aws:index:${type}`]?.properties?.[name];
    assert.equal(property("AwsNodesShape", "count")?.plain, true);
    assert.equal(property("AwsLoadBalancerShape", "rateLimit")?.plain, true);
    assert.equal(property("NetworkShape", "zones")?.plain, true);
    assert.notEqual(property("SecretsArgs", "redisPassword"), undefined);
    assert.equal(property("SecretsArgs", "redisPassword")?.plain, undefined);
    assert.deepEqual(
      types["ha-registry-aws:index:NatGateways"]?.enum?.map(({ value }) => value),
      ["per-zone", "single", "none"],
    );
  });
});

describe("the example", () => {
  it("type-checks, strictly", async () => {
    const example = join(repository, "examples/aws-typescript-registry");
    await runChecked(process.execPath, [join(repository, "node_modules/typescript/bin/tsc"), "-p", example], { cwd: example });
  });
});
