import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import type { PackageSpec } from "@pulumi/pulumi/provider/experimental/schema";
import * as exported from "ha-registry-aws";
import { assertTold, inferSchema } from "./support/inferred-schema";

// The components of Amazon ECR as Pulumi analyses them for other languages, where they lie in the workspace. Not proved here: that the packed archive installs elsewhere.

describe("schema that Pulumi infers of the components of ECR", () => {
  let schema: PackageSpec;
  before(() => {
    schema = inferSchema(
      "aws",
      Object.keys(exported).filter((name) => name.startsWith("Ecr")),
    );
  });

  it("has each under its token", () => {
    assert.deepEqual(
      Object.keys(schema.resources ?? {}).sort(),
      ["CiRoles", "CreationTemplates", "Endpoints", "PullThroughCaches", "Registry", "RegistrySettings", "Repositories"].map(
        (name) => `ha-registry-aws:index:Ecr${name}`,
      ),
    );
  });

  it("has an EcrRegistry that wants its region alone, with the outputs of other registries and its own, all of them told what they are for", () => {
    const registry = schema.resources?.["ha-registry-aws:index:EcrRegistry"];
    assert.deepEqual(registry?.requiredInputs, ["region"]);
    const shared = ["authority", "endpoint", "hostname"];
    const own = ["fetchRoleArns", "identityProviderArns", "keyArn", "repositoryUrls", "roleArns", "signingProfileArn"];
    assertTold(schema, "ha-registry-aws:index:EcrRegistry", [...shared, ...own]);
  });

  it("keeps apart what is plain and what may be an output", () => {
    const property = (type: string, name: string) => schema.types?.[`ha-registry-aws:index:${type}`]?.properties?.[name];
    assert.equal(property("EcrRepositoryShape", "immutableTags")?.plain, true);
    assert.notEqual(property("EcrSecretsArgs", "upstreamTokens"), undefined);
    const values = (type: string) => schema.types?.[`ha-registry-aws:index:${type}`]?.enum?.map(({ value }) => value);
    assert.deepEqual(values("EcrScanType"), ["BASIC", "ENHANCED"]);
    assert.deepEqual(values("EcrCreation"), ["CREATE_ON_PUSH", "PULL_THROUGH_CACHE", "REPLICATION"]);
  });
});
