import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { ImageName, renderAwsHaproxy, renderRegistryConfig, resolveAwsTopology, withAddresses } from "ha-registry-core";
import type { AwsRegistryShape } from "ha-registry-core";
import { ensureImages } from "ha-registry-tools";
import { makeCertificate } from "../components/support/certificate";
import { haproxyScript, tryFiles } from "./support/consumers";
import type { Verdicts } from "./support/consumers";

// What HAProxy of a task says of its file, and does with it before a real registry. A HAProxy that speaks TLS behind a PROXY header plays the Network Load Balancer of AWS; that AWS's own
// does the same is not shown. The registry's store is memory here, not S3.

const least: AwsRegistryShape = { region: "eu-central-1", hostname: "registry.corp.example" };
const { certificatePem, privateKeyPem } = makeCertificate("registry.example", new Date("2049-12-31"));
const pem = { "balancer.pem": certificatePem + privateKeyPem };

const shapes: Record<string, AwsRegistryShape> = {
  "least.cfg": least,
  "large.cfg": {
    ...least,
    teamSize: 5000,
    nodes: { taskCpus: 4 },
    loadBalancer: { cpus: 2, allowedAddressRanges: ["10.0.0.0/8", "2001:db8::/32"] },
    naming: {},
  },
  "open.cfg": { ...least, region: "cn-north-1", loadBalancer: { internetFacing: true, allowedAddressRanges: ["0.0.0.0/0"], port: 5000 } },
};
const haproxyOf = (shape: AwsRegistryShape): string =>
  renderAwsHaproxy(resolveAwsTopology("team", shape), { certificate: "/work/balancer.pem" });

let haproxy = "";
let registry = "";
before(async () => {
  for (const { name, reference } of await ensureImages({ names: [ImageName.Haproxy, ImageName.Registry] }))
    if (name === ImageName.Haproxy) haproxy = reference;
    else registry = reference;
});

describe("HAProxy in a task", () => {
  it("accepts its configuration, without a warning", async () => {
    const files = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, haproxyOf(shape)]));
    const wrong = haproxyOf(least).replace("accept-proxy", "accept-proxies");
    const verdicts = await tryFiles(haproxy, { ...pem, ...files, "wrong.cfg": wrong }, haproxyScript);
    assert.match(verdicts.get("wrong.cfg") ?? "", /^refused: .*accept-proxies/);
    for (const name of Object.keys(files)) assert.equal(verdicts.get(name), "ok", files[name]);
  });

  describe("behind a load balancer, and before a registry", () => {
    let verdicts: Verdicts;
    before(async () => {
      const files = { ...pem, "task.cfg": haproxyOf(least), "balancer.cfg": balancer, "config.yml": configuration() };
      verdicts = await tryFiles(haproxy, files, script, { image: registry, path: "/bin/registry" });
    });
    it("hands on what comes by TLS behind a PROXY header", () => {
      assert.equal(verdicts.get("through"), "200");
    });
    it("tells the client's address in its log, not the load balancer's", () => {
      const line = JSON.parse(verdicts.get("log") ?? "{}") as Record<string, unknown>;
      assert.deepEqual([line["client"], line["method"], line["path"], line["status"]], ["203.0.113.9", "GET", "/v2/", 200]);
    });
    it("takes nothing from who tells no address", () => {
      assert.equal(verdicts.get("bare"), "refused");
    });
    it("is healthy while its registry is, and no longer", () => {
      assert.deepEqual([verdicts.get("with-registry"), verdicts.get("without-registry")], ["healthy", "sick"]);
    });
  });
});

/** What the load balancer does: TLS with the task, after a word on who the client is; and one that says nothing. */
const balancer = `
defaults
  mode tcp
  timeout connect 5s
  timeout client 30s
  timeout server 30s
listen told
  bind 127.0.0.1:8080
  tcp-request connection set-src str(203.0.113.9)
  server task 127.0.0.1:5443 send-proxy-v2 ssl verify none
listen bare
  bind 127.0.0.1:8081
  server task 127.0.0.1:5443 ssl verify none
`;

/** The configuration of a node, with a store in memory and without logins, cache and key. */
function configuration(): string {
  const topology = withAddresses(resolveAwsTopology("team", { ...least, redis: { enabled: false } }), { bucket: "images" });
  const text = renderRegistryConfig(topology, {}, { httpSecret: "a secret of this test" }, { htpasswd: "/work/htpasswd" });
  return text.replace(/^storage:\n(?: +.*\n)+/m, "storage:\n  inmemory: {}\n").replace(/^auth:\n(?: +.*\n)+/m, "");
}

const script = `
export HA_REGISTRY_STATISTICS_PORT=8404 OTEL_TRACES_EXPORTER=none
./registry serve config.yml > registry.log 2>&1 &
registry=$!
haproxy -db -f task.cfg > task.log 2>&1 &
haproxy -db -f balancer.cfg > balancer.log 2>&1 &
healthy() { wget -q -T 3 -O /dev/null http://127.0.0.1:8404/healthz 2> /dev/null; }
answer() { wget -S -T 5 -O /dev/null "$1" 2>&1 | sed -n 's|^ *HTTP/1.1 \\([0-9]*\\).*|\\1|p' | head -n 1; }
# Until it holds, for a minute at the most.
until_it() { for i in $(seq 1 300); do if "$@"; then return 0; fi; sleep 0.2; done; return 1; }
sick() { ! healthy; }
served() { [ "$(answer http://127.0.0.1:8080/v2/)" = 200 ]; }

if until_it served && until_it healthy; then echo "with-registry healthy"; else echo "with-registry $(tail -n 2 registry.log task.log balancer.log | tr '\\n' ' ')"; fi
echo "through $(answer http://127.0.0.1:8080/v2/)"
logged() { grep -q '"path": *"/v2/".*"status": *200\\|"status": *200.*"path": *"/v2/"' task.log; }
until_it logged
echo "log $(grep '"/v2/"' task.log | grep 200 | tail -n 1)"
if [ -z "$(answer http://127.0.0.1:8081/v2/)" ]; then echo "bare refused"; else echo "bare served"; fi
kill -9 $registry
if until_it sick; then echo "without-registry sick"; else echo "without-registry healthy"; fi
exit 0
`;
