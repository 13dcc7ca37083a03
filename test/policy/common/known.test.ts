import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { known } from "ha-registry-policy-common";
import { unknown } from "../support/judge";

const { unknownCheckingProxy } = createRequire(__filename)("@pulumi/policy/proxy") as {
  unknownCheckingProxy: (properties: Record<string, unknown>) => Record<string, unknown>;
};

test("everything that is known is copied as it is", () => {
  const properties = { text: "a", number: 0, flag: false, list: ["x", { deep: [1] }], none: {} };
  assert.deepEqual(known(unknownCheckingProxy(properties)), { value: properties, unknown: new Set() });
});

test("what is not known is left out and told, however deep, and nothing around it is lost", () => {
  const properties = {
    plain: 1,
    whole: unknown,
    list: ["a", unknown, "b"],
    deep: { uploads: [{ file: unknown, content: "c" }] },
    empty: null,
  };
  const { value, unknown: names } = known(unknownCheckingProxy(properties));
  assert.deepEqual(value, { plain: 1, list: ["a", "b"], deep: { uploads: [{ content: "c" }] } });
  assert.deepEqual([...names].sort(), ["deep", "list", "whole"]);
});
