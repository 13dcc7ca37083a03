import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";

import { AWS_UPSTREAM, copyUpstream } from "ha-registry-tools/dist/engine/aws-upstream";

const SDK = "github.com/aws/aws-sdk-go-v2/service";

/** A Go file with these imports. */
function go(name: string, imports: readonly string[], body = ""): string {
  return `package ${name}\n\nimport (\n${imports.map((path) => `\t${path}\n`).join("")})\n\n${body}\n`;
}

const own = (path: string): string => `"${AWS_UPSTREAM}/${path}"`;
const listed = ["queue", "store", "storecontrol", "video"];

/** A method that makes a client, as upstream's generated list has them. */
const client = (name: string, module: string): string =>
  `func (c *AWSClient) ${name}Client(ctx context.Context) *${module}.Client {\n\treturn nil\n}\n`;

/** Upstream in small: `store` needs `storecontrol`, and nothing needs `queue` and `video`. */
const upstream: Readonly<Record<string, string>> = {
  "go.mod": `module ${AWS_UPSTREAM}\n`,
  "internal/embed.go": go("internal", [], "//go:embed service/*/smarterr.hcl"),
  "internal/service/smarterr.hcl": "shared",
  "internal/conns/config.go": go("conns", [own("names")]),
  "internal/conns/awsclient_gen.go": go(
    "conns",
    [...listed.map((name) => `"${SDK}/${name}"`), `videolive "${SDK}/video/live"`, own("names")],
    ["Queue", "Store", "StoreControl", "Video"].map((name) => client(name, name.toLowerCase())).join(""),
  ),
  "internal/provider/framework/provider.go": go("framework", [own("internal/conns")]),
  "internal/provider/sdkv2/provider.go": go("sdkv2", [own("internal/conns")]),
  "internal/provider/sdkv2/service_packages_gen.go": go(
    "sdkv2",
    listed.map((name) => own(`internal/service/${name}`)),
    `var v = []any{\n${listed.map((name) => `\t\t${name}.ServicePackage(ctx),\n`).join("")}}`,
  ),
  "internal/service/queue/queue.go": go("queue", [own("internal/conns")], "conn.QueueClient(ctx)"),
  "internal/service/store/store.go": go("store", [`control ${own("internal/service/storecontrol")}`], "conn.StoreClient(ctx)"),
  "internal/service/store/store_test.go": go("store", [own("internal/service/video")], "conn.VideoClient(ctx)"),
  "internal/service/store/generate.go": `//go:build ignore\n\n${go("main", [own("internal/service/queue")])}`,
  "internal/service/store/smarterr.hcl": "own",
  "internal/service/storecontrol/control.go": go("storecontrol", [], "conn.StoreControlClient(ctx)"),
  "internal/service/video/video.go": go("video", [], "conn.VideoClient(ctx)"),
  "names/names.go": go("names", []),
  "website/docs/store.md": "prose",
};

const directory = mkdtempSync(join(tmpdir(), "aws-upstream-"));
const [source, target] = [join(directory, "source"), join(directory, "target")];

before(async () => {
  for (const [path, text] of Object.entries(upstream)) {
    mkdirSync(dirname(join(source, path)), { recursive: true });
    writeFileSync(join(source, path), text, { mode: 0o444 });
  }
  await copyUpstream(source, target, ["store"]);
});

after(() => {
  rmSync(directory, { recursive: true });
});

const copied = (path: string): string => readFileSync(join(target, path), "utf8");

test("of upstream's services, those are copied that are wanted, or imported by one that is", () => {
  assert.deepEqual(readdirSync(join(target, "internal/service")).sort(), ["smarterr.hcl", "store", "storecontrol"]);
  assert.deepEqual(readdirSync(target).sort(), ["go.mod", "internal", "names"]);
});

test("what a package embeds is copied, its tests are not", () => {
  assert.equal(copied("internal/service/store/smarterr.hcl"), "own");
  assert.ok(!readdirSync(join(target, "internal/service/store")).includes("store_test.go"));
});

test("the list of services names those alone", () => {
  const list = copied("internal/provider/sdkv2/service_packages_gen.go");
  for (const name of ["store", "storecontrol"]) {
    assert.ok(list.includes(own(`internal/service/${name}`)) && list.includes(`${name}.ServicePackage(ctx)`), name);
  }
  assert.doesNotMatch(list, /queue|video/);
});

test("the list of clients has those that are called, and imports what they are made with", () => {
  const list = copied("internal/conns/awsclient_gen.go");
  assert.deepEqual(
    [...list.matchAll(/\) (\w+)Client\(/g)].map(([, name]) => name),
    ["Store", "StoreControl"],
  );
  assert.deepEqual(
    [...list.matchAll(new RegExp(`"${SDK}/([\\w/]+)"`, "g"))].map(([, path]) => path),
    ["store", "storecontrol"],
  );
  assert.ok(list.includes(own("names")));
});

test("what is not replaced is copied as it is", () => {
  const path = "internal/service/store/store.go";
  assert.equal(copied(path), upstream[path]);
});
