import assert from "node:assert/strict";
import { describe, it } from "node:test";

import {
  compareVersions,
  ImageName,
  imagesOf,
  imageTable,
  isInSeries,
  isVersion,
  parseReference,
  Problems,
  resolveImages,
  resolveTopology,
  type ImageReferences,
  type ImagesShape,
  type RegistryShape,
} from "ha-registry-core";

const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;

/** What is wrong with `images`, as `path: message`. */
function problemsOf(images: ImagesShape): string[] {
  const problems = new Problems();
  resolveImages(images, problems);
  return problems.all.map(({ path, message }) => `${path}: ${message}`);
}

/** What is wrong with one reference. */
function problemsOfReference(name: ImageName, reference: string): string[] {
  return problemsOf({ references: { [name]: reference } });
}

describe("image table", () => {
  for (const name of Object.values(ImageName)) {
    it(`lets its own ${name} in`, () => {
      const { repository, tag } = imageTable[name];
      assert.deepEqual(problemsOfReference(name, `${repository}:${tag}`), []);
    });
  }
});

describe("imagesOf", () => {
  const hosts = { a: { dockerHost: "ssh://10.0.0.1", address: "10.0.0.1" }, b: { dockerHost: "ssh://10.0.0.2", address: "10.0.0.2" } };
  const cases: [what: string, shape: RegistryShape, images: ImageName[]][] = [
    ["a registry of defaults", {}, [ImageName.Registry, ImageName.Haproxy, ImageName.Redis]],
    ["one without a cache", { redis: { enabled: false } }, [ImageName.Registry, ImageName.Haproxy]],
    ["one with somebody else's cache", { redis: { external: { addresses: ["cache:6379"] } } }, [ImageName.Registry, ImageName.Haproxy]],
    [
      "one whose address moves",
      { hosts, objectStore: { s3: { bucket: "blobs" } }, loadBalancer: { virtualAddress: { address: "10.0.0.9" } } },
      [ImageName.Registry, ImageName.Haproxy, ImageName.Redis, ImageName.Keepalived],
    ],
  ];
  for (const [what, shape, expected] of cases) {
    it(`names what ${what} runs, and nothing else`, () => {
      assert.deepEqual(imagesOf(resolveTopology("demo", shape)), expected);
    });
  }
});

describe("compareVersions", () => {
  const ascending = ["2.8", "2.8.3", "3.0-dev5", "3.0", "3.0.9", "3.0.11", "3.1.2-rc.1", "3.1.2", "10.0"];

  it("orders by number, not by letter, with pre-releases before their release", () => {
    for (const [i, older] of ascending.entries()) {
      for (const newer of ascending.slice(i + 1)) {
        assert.ok(compareVersions(older, newer) < 0, `${older} < ${newer}`);
        assert.ok(compareVersions(newer, older) > 0, `${newer} > ${older}`);
      }
    }
  });

  it("takes every spelling of a pre-release", () => {
    for (const version of ["3.1-alpha", "3.1-beta.2", "3.1rc1", "3.1-dev9", "3.1.pre1"])
      assert.ok(compareVersions(version, "3.1") < 0, version);
  });

  it("takes missing numbers as 0 and leaves suffixes out that tell of the packaging", () => {
    for (const same of ["v3.0", "3.0.0", "3.0-alpine", "3.0-alpine3.22", "3.0+dfsg1", "3.0-bookworm"]) {
      assert.equal(compareVersions("3.0", same), 0, same);
    }
  });

  it("throws at what is no version", () => {
    assert.throws(() => compareVersions("3.0", "latest"), { name: "RangeError", message: '"latest" is no version' });
    assert.equal(isVersion("latest"), false);
    assert.equal(isVersion("v3"), true);
  });
});

describe("isInSeries", () => {
  it("knows which versions a tag stands for", () => {
    for (const tag of ["3", "3.0", "3.0.11", "v3.0", "3.0-alpine", "stable"]) assert.equal(isInSeries("3.0.11", tag), true, tag);
    for (const tag of ["2", "3.1", "3.0.1", "3.0.12", "3.0.11.1", "3.0-rc.1"]) assert.equal(isInSeries("3.0.11", tag), false, tag);
  });
});

describe("parseReference", () => {
  it("takes references apart", () => {
    assert.deepEqual(parseReference("registry:3.1.2"), { repository: "registry", tag: "3.1.2" });
    assert.deepEqual(parseReference("valkey/valkey"), { repository: "valkey/valkey" });
    assert.deepEqual(parseReference(`corp.example:5000/a/b_c/haproxy:3.0@${DIGEST}`), {
      repository: "corp.example:5000/a/b_c/haproxy",
      tag: "3.0",
      digest: DIGEST,
    });
    assert.deepEqual(parseReference(`[2001:db8::1]:5000/haproxy@${DIGEST}`), { repository: "[2001:db8::1]:5000/haproxy", digest: DIGEST });
    assert.deepEqual(parseReference(DIGEST), { id: DIGEST });
  });

  it("refuses what Docker would refuse", () => {
    const wrong = [
      "",
      ":3",
      "Haproxy:3.0",
      "haproxy:",
      "haproxy:-3",
      "a//b:1",
      "https://a.example/b:1",
      "a b:1",
      "haproxy@sha256:12",
      "/haproxy:3",
      "a..b:1",
    ];
    for (const reference of wrong) assert.equal(parseReference(reference), undefined, reference);
  });
});

describe("resolveImages", () => {
  const resolve = (images?: ImagesShape): ImageReferences => {
    const problems = new Problems();
    const references = resolveImages(images, problems);
    assert.deepEqual(problems.all, []);
    return references;
  };

  it("takes the table's references when nothing is asked for", () => {
    for (const references of [resolve(), resolve({}), resolve({ references: {} })]) {
      for (const name of Object.values(ImageName)) assert.equal(references[name], `${imageTable[name].repository}:${imageTable[name].tag}`);
    }
  });

  it("puts the mirror before the table's references alone", () => {
    const references = resolve({ mirror: "corp.example:5000/mirror", references: { haproxy: "haproxy:3.2.1" } });
    assert.equal(references.registry, `corp.example:5000/mirror/registry:${imageTable.registry.tag}`);
    assert.equal(references.redis, `corp.example:5000/mirror/valkey/valkey:${imageTable.redis.tag}`);
    assert.equal(references.haproxy, "haproxy:3.2.1");
  });

  it("takes digests and image IDs, whose version nobody can see", () => {
    const given = { registry: DIGEST, haproxy: `corp.example/haproxy@${DIGEST}`, redis: "corp.example/cache:stable" };
    assert.deepEqual(resolve({ references: given }), { ...resolve({}), ...given });
  });

  it("refuses versions below the floor, and says why", () => {
    for (const tag of ["2", "2.8.3", "3.0", "3.1.1", "3.1.2-rc.1", `3.1.1@${DIGEST}`]) {
      const [problem, ...more] = problemsOfReference(ImageName.Registry, `registry:${tag}`);
      assert.match(
        problem ?? "",
        /^images\.references\.registry: "registry:.*" is older than 3\.1\.2, .*\(CVE-.*\); use 3\.1\.2 or newer$/,
        tag,
      );
      assert.deepEqual(more, []);
    }
    assert.match(problemsOfReference(ImageName.Redis, "corp.example/cache:1").join(), /or a digest if the tag does not tell the version$/);
  });

  it("lets tags in that stand for the newest of a series the floor is in, and newer ones", () => {
    for (const tag of ["3", "3.1", "3.1.2", "v3.1.2", "3.1.3", "3.2", "4", "latest"]) {
      assert.deepEqual(problemsOfReference(ImageName.Registry, `registry:${tag}`), [], tag);
    }
  });

  it("reports every problem at once", () => {
    const found = problemsOf({
      mirror: "https://corp.example/mirror",
      references: { haproxy: "haproxy", redis: "not a reference", valkey: "valkey/valkey:8.1" },
    });
    assert.equal(found.length, 4);
    assert.match(found.join("\n"), /^images\.mirror: "https:\/\/corp\.example\/mirror" has a scheme/m);
    const known = Object.values(ImageName).join(", ");
    assert.ok(found.includes(`images.references.valkey: is no image of this library; the images are ${known}`));
    assert.match(found.join("\n"), /^images\.references\.haproxy: "haproxy" names no version: add a tag, .* or a digest/m);
    assert.match(found.join("\n"), /^images\.references\.redis: "not a reference" is no image reference; write it as valkey\/valkey:/m);
  });

  it("refuses mirrors that no image can have", () => {
    for (const mirror of ["", "corp.example/", "corp.example/Mirror", "corp.example/a:1", "corp example"]) {
      assert.match(problemsOf({ mirror }).join("\n"), /^images\.mirror: /, mirror);
    }
  });
});
