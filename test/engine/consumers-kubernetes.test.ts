import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ImageName,
  renderKubernetesHaproxy,
  renderStoreClient,
  renderStoreServer,
  resolveKubernetesTopology,
  RouteKind,
} from "ha-registry-core";
import type { KubernetesRegistryShape } from "ha-registry-core";
import { ensureImages } from "ha-registry-tools";
import { makeCertificate } from "../components/support/certificate";
import { haproxyScript, tryFiles } from "./support/consumers";

// What HAProxy says of its file in a pod. That it finds nodes by DNS is not shown: there is no DNS server here.

const { certificatePem, privateKeyPem } = makeCertificate("registry.example", new Date("2049-12-31"));

/** As a Secret is mounted: the key beside the certificate, under its name and `.key`. */
const certificates = { "server.crt": certificatePem, "server.crt.key": privateKeyPem, "ca.pem": certificatePem };

const shapes: Record<string, KubernetesRegistryShape> = {
  "service.cfg": { nodes: { count: 50 }, loadBalancer: { allowedAddressRanges: ["10.0.0.0/8", "2001:db8::/32"], cpus: 2 } },
  "ingress.cfg": {
    hostname: "registry.example",
    naming: {},
    loadBalancer: { ingress: { className: "traefik", proxyAddressRanges: ["10.42.0.0/16"] } },
  },
  "route.cfg": { hostname: "registry.example", loadBalancer: { gateway: { name: "outside", kind: RouteKind.TLSRoute } } },
};

test("HAProxy accepts its configuration in a pod, without a warning", async () => {
  const [image] = await ensureImages({ names: [ImageName.Haproxy] });
  const texts = Object.entries(shapes).map(([name, shape]): [string, string] => {
    const topology = resolveKubernetesTopology("demo", { objectStore: { s3: { bucket: "images" } }, ...shape });
    const certificate = topology.loadBalancer.endsTls ? { certificate: "/work/server.crt" } : {};
    return [name, renderKubernetesHaproxy(topology, { ...certificate, internalCa: "/work/ca.pem" })];
  });
  const topology = resolveKubernetesTopology("demo", { objectStore: { garage: {} }, loadBalancer: { cpus: 2 } });
  texts.push(["store-client.cfg", renderStoreClient(topology, "/work/ca.pem")]);
  texts.push(["store-server.cfg", renderStoreServer(topology, "/work/server.crt")]);
  const wrong = (texts[0]?.[1] ?? "").replace("server-template node- 52", "server-template node- many");
  const files = Object.fromEntries([...texts, ["wrong.cfg", wrong]]);
  // HAProxy warns of name servers that it cannot reach, and the one of the container's host it cannot.
  const verdicts = await tryFiles(
    image?.reference ?? "",
    { ...certificates, ...files },
    `echo nameserver 127.0.0.1 > /etc/resolv.conf\n${haproxyScript}`,
  );
  assert.match(verdicts.get("wrong.cfg") ?? "", /^refused: .*many/);
  for (const [name] of texts) assert.equal(verdicts.get(name), "ok", files[name]);
});
