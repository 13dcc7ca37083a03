import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { parse } from "yaml";
import { RegistryError, renderRegistryConfig, renderTracingEnvironment, resolveTopology } from "ha-registry-core";
import type { RegistrySecrets, RegistrySettings, RegistryShape } from "ha-registry-core";
import { refuseUnfitRegistryConfig } from "./support/registry-schema";
import { anySecrets, anySettings } from "./support/settings";
import { anyShape, registryName } from "./support/shapes";

const files = { htpasswd: "/files/0/htpasswd", tokenCertificates: "/files/1/token.pem", redisCa: "/files/2/ca.crt" };

function render(name: string, shape: RegistryShape, settings: RegistrySettings, secrets: RegistrySecrets): string | RegistryError {
  try {
    const topology = resolveTopology(name, shape);
    renderTracingEnvironment(topology);
    return renderRegistryConfig(topology, settings, secrets, files);
  } catch (error) {
    if (error instanceof RegistryError) return error;
    throw error;
  }
}

describe("config.yml of any registry", () => {
  it("is refused with every problem named, or is one that distribution's structure allows (10,000 registries)", () => {
    const seen = { refused: 0, rendered: 0 };
    const property = fc.property(registryName, anyShape, anySettings, anySecrets, (name, shape, settings, secrets) => {
      const result = render(name, shape, settings, secrets);
      if (typeof result !== "string") {
        seen.refused += 1;
        assert.ok(result.problems.length > 0, "a refusal names a problem");
        for (const { path, message } of result.problems)
          assert.ok(path !== "" && message !== "", `a problem without path or message: ${path}: ${message}`);
        return;
      }
      seen.rendered += 1;
      assert.doesNotMatch(result, /[^\n\x20-\x7e]/, "nothing but ASCII");
      const config: unknown = parse(result, { version: "1.1" });
      if (seen.rendered % 16 === 0) assert.deepEqual(parse(result), config, "YAML 1.1 and 1.2 read the same");
      refuseUnfitRegistryConfig(config);
      assert.equal((config as { http: { secret: string } }).http.secret, secrets.httpSecret, "a secret arrives as it was given");
    });
    fc.assert(property, { numRuns: 10_000, seed: 20_261_121, endOnFailure: false });
    assert.ok(seen.refused > 2000 && seen.rendered > 2000, `both outcomes are met often: ${JSON.stringify(seen)}`);
  });
});
