import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  blobPath,
  layerLinkPath,
  manifestLinkPath,
  matcher,
  orphanAgeSeconds,
  PackedTable,
  tagIndexPath,
  tagLinkPath,
  verifyStore,
  type Verification,
  type VerifyOptions,
} from "ha-registry-core";
import { MemoryStore, sha256 } from "./support/memory-store";

// What is concluded from what a store says. Not proved here: that rclone says it (test/engine/verify).

const now = 10 * orphanAgeSeconds;

async function verify(store: MemoryStore, options: Partial<VerifyOptions> = {}): Promise<Verification> {
  return verifyStore(store, { now, ...options });
}

/** What is wrong, as `missing team/app [one] <first digits>`. */
async function faultsOf(store: MemoryStore, options: Partial<VerifyOptions> = {}): Promise<string[]> {
  const { faults } = await verify(store, options);
  return faults.map(({ kind, repository, tags, digest }) =>
    [kind, repository ?? "-", `[${tags.join()}]`, (digest ?? "").slice(7, 15)].join(" "),
  );
}

function sampleStore(): MemoryStore {
  const store = new MemoryStore();
  const one = store.image("team/app", "one", "config", "shared", "own layer");
  const two = store.image("team/app", undefined, "config", "shared", "another layer");
  store.index("team/app", "multi", one, two);
  store.image("other", "one", "config", "shared");
  return store;
}

const short = (text: string): string => sha256(text).slice(0, 8);

describe("verify", () => {
  it("finds a whole store sound, counts what is in it, and reads every byte", async () => {
    const { faults, orphans, verifiedBlobs, blobs, verifiedBytes, bytes, ...counts } = await verify(sampleStore());
    assert.deepEqual({ faults, orphans }, { faults: [], orphans: [] });
    assert.deepEqual(counts, { repositories: 2, tags: 3, manifests: 4, references: 10 });
    assert.deepEqual([blobs, verifiedBlobs], [8, 8]);
    assert.equal(verifiedBytes, bytes);
  });

  it("comes to the same where lists tell no MD5", async () => {
    const store = sampleStore();
    store.md5 = false;
    const { faults, references, tags } = await verify(store);
    assert.deepEqual({ faults, references, tags }, { faults: [], references: 10, tags: 3 });
  });

  for (const { what, harm, faults } of [
    {
      what: "a missing layer, in every repository that needs it",
      harm: (store: MemoryStore) => store.files.delete(blobPath(sha256("shared"))),
      faults: [`missing other [one] ${short("shared")}`, `missing team/app [multi,one] ${short("shared")}`],
    },
    {
      what: "an altered layer",
      harm: (store: MemoryStore) => store.files.set(blobPath(sha256("another layer")), Buffer.from("another LAYER")),
      faults: [`digest team/app [multi] ${short("another layer")}`],
    },
    {
      what: "a cut layer",
      harm: (store: MemoryStore) => store.files.set(blobPath(sha256("own layer")), Buffer.from("own")),
      faults: [`size team/app [multi,one] ${short("own layer")}`],
    },
    {
      what: "a layer that the repository does not have",
      harm: (store: MemoryStore) => store.files.delete(layerLinkPath("other", sha256("shared"))),
      faults: [`layer-link other [one] ${short("shared")}`],
    },
    {
      what: "a link to a layer that holds something else",
      harm: (store: MemoryStore) => store.files.set(layerLinkPath("other", sha256("shared")), Buffer.from(`sha256:${sha256("x")}`)),
      faults: [`layer-link other [one] ${short("shared")}`],
    },
    {
      what: "an empty link of a tag",
      harm: (store: MemoryStore) => store.files.set(tagLinkPath("other", "one"), Buffer.alloc(0)),
      faults: ["tag-link other [one] "],
    },
    {
      what: "a tag without its link",
      harm: (store: MemoryStore) => store.files.delete(tagLinkPath("other", "one")),
      faults: ["tag-link other [one] "],
    },
  ]) {
    it(`names ${what}, and nothing else`, async () => {
      const store = sampleStore();
      harm(store);
      assert.deepEqual(await faultsOf(store), faults);
    });
  }

  it("names manifests that are cut, altered or missing, and those that a repository does not have", async () => {
    const store = new MemoryStore();
    const [cut, altered, missing, unlinked, emptied] = ["a", "b", "c", "d", "e"].map((name) => store.image("app", name, name)) as [
      string,
      string,
      string,
      string,
      string,
    ];
    const child = store.image("app", undefined, "f");
    store.index("app", "index", child);
    store.files.set(blobPath(cut), Buffer.from("{"));
    store.files.set(blobPath(altered), Buffer.concat([store.files.get(blobPath(altered)) ?? Buffer.alloc(0), Buffer.from(" ")]));
    store.files.delete(blobPath(missing));
    store.files.delete(manifestLinkPath("app", unlinked));
    store.files.set(manifestLinkPath("app", emptied), Buffer.alloc(0));
    store.files.delete(manifestLinkPath("app", child));
    assert.deepEqual((await faultsOf(store)).sort(), [
      `digest app [a] ${cut.slice(0, 8)}`,
      `digest app [b] ${altered.slice(0, 8)}`,
      `manifest-link app [d] ${unlinked.slice(0, 8)}`,
      `manifest-link app [e] ${emptied.slice(0, 8)}`,
      `manifest-link app [index] ${child.slice(0, 8)}`,
      `missing app [c] ${missing.slice(0, 8)}`,
    ]);
  });

  it("takes what may be elsewhere for no fault: foreign layers, and the subject of a referrer", async () => {
    const store = new MemoryStore();
    const foreign = { digest: `sha256:${sha256("foreign")}`, size: 7, urls: ["https://example.com/layer"] };
    store.manifest("app", "windows", { schemaVersion: 2, layers: [foreign] });
    store.manifest("app", "sha256-1", { schemaVersion: 2, layers: [], subject: { digest: `sha256:${sha256("gone")}`, size: 4 } });
    assert.deepEqual(await faultsOf(store), []);
  });

  it("takes what was deleted or pushed while it ran for no fault", async () => {
    const store = sampleStore();
    const deleted = store.image("team/app", "going", "going config", "going layer");
    const late = blobPath(sha256("shared"));
    const bytes = store.files.get(late);
    assert.ok(bytes);
    store.files.delete(late); // listed as missing, there at the second look
    store.afterList = () => {
      store.files.set(late, bytes);
      const paths = [
        blobPath(deleted),
        blobPath(sha256("going layer")),
        manifestLinkPath("team/app", deleted),
        tagLinkPath("team/app", "going"),
        tagIndexPath("team/app", "going", deleted),
      ];
      for (const path of paths) store.files.delete(path);
    };
    assert.deepEqual(await faultsOf(store), []);
  });

  it("lists old blobs that nothing refers to, and says when they are altered", async () => {
    const store = sampleStore();
    const [old, young, altered] = ["old", "young", "altered"].map((text) => store.blob(Buffer.from(text)));
    store.times.set(blobPath(young ?? ""), now - orphanAgeSeconds + 1);
    store.files.set(blobPath(altered ?? ""), Buffer.from("ALTERED"));
    const { orphans } = await verify(store);
    assert.deepEqual(orphans.map(({ digest }) => digest).sort(), [`sha256:${old}`, `sha256:${altered}`].sort());
    assert.deepEqual(await faultsOf(store), [`digest - [] ${short("altered")}`]);
  });

  it("looks at some repositories alone, and at their blobs", async () => {
    const store = sampleStore();
    store.blob(Buffer.from("orphan"));
    store.files.delete(blobPath(sha256("own layer")));
    assert.deepEqual(await faultsOf(store, { repositories: "oth*" }), []);
    assert.deepEqual(store.hashed.sort(), [blobPath(sha256("config")), blobPath(sha256("shared"))].sort());
    assert.deepEqual(await faultsOf(store, { repositories: "team/*" }), [`missing team/app [multi,one] ${short("own layer")}`]);
    assert.deepEqual(["team/app", "team"].map(matcher("team/*")), [true, false]);
    assert.equal(matcher("a.b")("axb"), false);
  });

  it("does not read again what an earlier run found right, and notes what it finds right itself", async () => {
    const store = sampleStore();
    const noted: string[] = [];
    const hashed = {
      has: (digest: Buffer) => digest.toString("hex") === sha256("shared"),
      add: (digest: Buffer) => void noted.push(digest.toString("hex")),
    };
    const { blobs, verifiedBlobs } = await verify(store, { hashed });
    assert.equal(verifiedBlobs, blobs);
    assert.ok(!store.hashed.includes(blobPath(sha256("shared"))));
    assert.deepEqual(noted.sort(), [sha256("config"), sha256("own layer"), sha256("another layer")].sort());
  });

  it("samples of about the size that is asked for, others with another seed", async () => {
    const store = new MemoryStore();
    for (let number = 0; number < 2000; number++) store.blob(Buffer.from(String(number)));
    const sampled = async (seed: number): Promise<string[]> => {
      store.hashed.length = 0;
      await verify(store, { samplePercent: 10, seed });
      return [...store.hashed];
    };
    const [one, other] = [await sampled(0), await sampled(2 ** 31)];
    for (const { length } of [one, other]) assert.ok(length > 120 && length < 280, String(length));
    assert.deepEqual(
      one.filter((path) => other.includes(path)),
      [],
    );
  });

  it("finds exactly the blobs that are taken away, whatever the store", async () => {
    const letters = ["a", "b", "c", "d", "e", "f", "g", "h"];
    const image = fc.record({
      repository: fc.constantFrom("a", "b/c", "d"),
      tag: fc.option(fc.constantFrom("one", "two"), { nil: undefined }),
      layers: fc.array(fc.constantFrom(...letters), { minLength: 1, maxLength: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(image, { minLength: 1, maxLength: 8 }), fc.subarray(letters), async (images, gone) => {
        const store = new MemoryStore();
        for (const { repository, tag, layers } of images) store.image(repository, tag, "config", ...layers);
        for (const layer of gone) store.files.delete(blobPath(sha256(layer)));
        const expected = new Set(
          images.flatMap(({ repository, layers }) =>
            layers.filter((layer) => gone.includes(layer)).map((layer) => `${repository} sha256:${sha256(layer)}`),
          ),
        );
        const { faults } = await verify(store);
        assert.deepEqual(faults.map(({ repository, digest }) => `${repository} ${digest}`).sort(), [...expected].sort());
      }),
      { numRuns: 50 },
    );
  });
});

describe("packed tables", () => {
  it("find what was added, by whole keys and by their beginnings", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 4, maxLength: 4 }), { maxLength: 3000 }), (rows) => {
        const table = new PackedTable(4);
        for (const row of rows) table.add().set(row);
        table.sort();
        const sorted = rows.map((row) => Buffer.from(row).toString("hex")).sort();
        assert.deepEqual(
          [...table.all()].map((row) => row.toString("hex")),
          sorted,
        );
        for (const row of rows.slice(0, 20)) {
          const begins = sorted.filter((each) => each.startsWith(Buffer.from(row).toString("hex").slice(0, 2)));
          assert.deepEqual(
            [...table.matching(Buffer.from(row).subarray(0, 1))].map((each) => each.toString("hex")),
            begins,
          );
          assert.ok(table.has(Buffer.from(row)));
        }
        const absent = Buffer.from([1, 2, 3, 4]);
        assert.equal(table.has(absent), sorted.includes(absent.toString("hex")));
      }),
      { numRuns: 30 },
    );
  });
});
