import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { contentPath, renderClientConfig, renderHtpasswd, resolveTopology } from "ha-registry-core";

describe("a path by content", () => {
  it("changes with the content and with nothing else", () => {
    const digest = createHash("sha256").update("global\n").digest("hex");
    assert.equal(contentPath("haproxy.cfg", "global\n"), `/files/${digest.slice(0, 16)}/haproxy.cfg`);
    assert.equal(contentPath("haproxy.cfg", "global\n"), contentPath("haproxy.cfg", "global\n"));
    assert.notEqual(contentPath("haproxy.cfg", "global\n"), contentPath("haproxy.cfg", "global"));
  });
});

describe("htpasswd", () => {
  const hash = `$2b$05$${"a".repeat(53)}`;

  it("has a line per user, sorted, whatever the order in which they were given", () => {
    assert.equal(renderHtpasswd({ zoe: hash, amy: hash }), `amy:${hash}\nzoe:${hash}\n`);
    assert.equal(renderHtpasswd({ zoe: hash, amy: hash }), renderHtpasswd({ amy: hash, zoe: hash }));
    assert.equal(renderHtpasswd({}), "");
  });

  it("takes nothing that would be another line, a comment, or a hash that the registry does not know", () => {
    for (const user of ["a:b", "#a", "a\nb", "", "a b"])
      assert.throws(() => renderHtpasswd({ [user]: hash }), TypeError, JSON.stringify(user));
    for (const unfit of ["secret", `${hash}\nevil:${hash}`, "{SHA}x", hash.slice(1), `${hash}a`, ""])
      assert.throws(() => renderHtpasswd({ amy: unfit }), TypeError, unfit);
  });

  it("never repeats a hash or password in an error", () => {
    assert.throws(
      () => renderHtpasswd({ amy: "secret" }),
      (error) => error instanceof TypeError && !error.message.includes("secret"),
    );
  });
});

describe("client files", () => {
  const registry = resolveTopology("demo", { hostname: "registry.corp.example" });
  const ca = "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n";
  const authority = "registry.corp.example:5000";

  it("bring trust to dockerd, containerd, and podman and skopeo", () => {
    const files = renderClientConfig(registry, ca);
    const paths = [
      `etc/containerd/certs.d/${authority}/ca.crt`,
      `etc/containerd/certs.d/${authority}/hosts.toml`,
      `etc/containers/certs.d/${authority}/ca.crt`,
      "etc/containers/registries.conf.d/ha-registry.conf",
      `etc/docker/certs.d/${authority}/ca.crt`,
    ];
    assert.deepEqual(Object.keys(files), paths);
    for (const path of paths.filter((name) => name.endsWith("ca.crt"))) assert.equal(files[path], ca);
    const hosts = [
      `server = "https://${authority}"`,
      "",
      `[host."https://${authority}"]`,
      '  capabilities = ["pull", "resolve", "push"]',
      `  ca = "/etc/containerd/certs.d/${authority}/ca.crt"`,
      "",
    ];
    assert.equal(files[`etc/containerd/certs.d/${authority}/hosts.toml`], hosts.join("\n"));
    const podman = ["[[registry]]", `location = "${authority}"`, "insecure = false", ""];
    assert.equal(files["etc/containers/registries.conf.d/ha-registry.conf"], podman.join("\n"));
  });

  it("make it Docker Hub's mirror only when asked, and then without pushing to it", () => {
    const files = renderClientConfig(registry, ca, { dockerHubMirror: true });
    assert.deepEqual(JSON.parse(files["etc/docker/daemon.json"] ?? ""), { "registry-mirrors": [`https://${authority}`] });
    const hub = files["etc/containerd/certs.d/docker.io/hosts.toml"] ?? "";
    assert.match(hub, /^server = "https:\/\/registry-1\.docker\.io"\n/);
    assert.match(hub, /capabilities = \["pull", "resolve"\]/);
    assert.match(
      files["etc/containers/registries.conf.d/ha-registry.conf"] ?? "",
      /location = "docker\.io"\n\n\[\[registry\.mirror\]\]\nlocation = "registry\.corp\.example:5000"\n$/,
    );
  });

  it("go by the name that stands in image references", () => {
    const paths = (hostname: string, port: number): string[] =>
      Object.keys(renderClientConfig(resolveTopology("demo", { hostname, loadBalancer: { port } }), ca));
    assert.ok(paths("registry.corp.example", 443).includes("etc/docker/certs.d/registry.corp.example/ca.crt"));
    assert.ok(paths("2001:db8::7", 5000).includes("etc/docker/certs.d/[2001:db8::7]:5000/ca.crt"));
  });
});
