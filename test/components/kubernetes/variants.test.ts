import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { AccessMode, RouteKind, ServiceType } from "ha-registry-core";
import { Registry } from "ha-registry-kubernetes";
import type { RegistryArgs } from "ha-registry-kubernetes";
import { pem, record } from "../support/mocks";
import type { Recording } from "../support/mocks";
import { at, listAt, podsOf, textsOf } from "./support";

// What other arguments make of a registry, one recording each. Not proved under mocks: that controllers read annotations and routes as they are meant.

const recorded = (args: RegistryArgs): Promise<Recording<Registry>> => record(() => new Registry("team", args));
const specOf = (recording: Recording<Registry>, type: string, name: string) => at(recording.get(type, name).inputs, "spec");

describe("an Ingress and a volume in a namespace of the user's", () => {
  it("ends TLS before HAProxy, with the registry's certificate, and has nodes share the volume", async () => {
    const recording = await recorded({
      hostname: "registry.corp.example",
      existingNamespace: "images",
      objectStore: { volume: { storageClass: "cephfs", sizeGiB: 500 } },
      loadBalancer: { ingress: { className: "traefik" } },
      redis: { enabled: false },
      networkPolicies: { enabled: false },
    });
    assert.deepEqual([...recording.all("Namespace"), ...recording.all("StatefulSet"), ...recording.all("NetworkPolicy")], []);

    const ingress = specOf(recording, "Ingress", "team-balancer");
    assert.equal(ingress["ingressClassName"], "traefik");
    const certificate = recording.get("Secret", "team-certificates-server");
    assert.deepEqual(ingress["tls"], [{ hosts: ["registry.corp.example"], secretName: at(certificate.inputs, "metadata")["name"] }]);
    assert.equal(specOf(recording, "Service", "team-balancer")["type"], ServiceType.ClusterIP);
    const configuration = String(at(recording.get("ConfigMap", "team-balancer-files-plain").inputs, "data")["haproxy.cfg"]);
    assert.match(configuration, /^ {2}bind :5000$/m);

    const claim = recording.get("PersistentVolumeClaim", "team-store");
    assert.ok(claim.protect);
    assert.deepEqual(at(claim.inputs, "spec")["accessModes"], ["ReadWriteMany"]);
    const [nodes] = podsOf([recording.get("Deployment", "team-nodes")]);
    const volumes = listAt(nodes?.spec, "volumes");
    assert.deepEqual(
      volumes.flatMap((volume) => ("persistentVolumeClaim" in volume ? [volume["persistentVolumeClaim"]] : [])),
      [{ claimName: at(claim.inputs, "metadata")["name"] }],
    );
  });
});

describe("a Gateway, tokens and an external Redis", () => {
  it("has a route without bounds, no certificate of its own, and no passwords", async () => {
    const recording = await recorded({
      hostname: "registry.corp.example",
      objectStore: { volume: { existingClaim: "blobs" } },
      loadBalancer: { gateway: { name: "outside", namespace: "gateways" } },
      access: { mode: AccessMode.Token, token: { realm: "https://auth.corp.example/token", service: "registry", issuer: "corp" } },
      trust: { tokenJwks: JSON.stringify({ keys: [{ kty: "EC" }] }) },
      redis: { external: { addresses: ["redis.corp.example:6379"] } },
    });
    const route = recording.get("HTTPRoute", "team-balancer");
    const [rule] = at(route.inputs, "spec")["rules"] as Record<string, unknown>[];
    assert.deepEqual(rule?.["timeouts"], { request: "0s", backendRequest: "0s" });
    assert.deepEqual(at(route.inputs, "spec")["parentRefs"], [{ name: "outside", namespace: "gateways" }]);
    assert.deepEqual(recording.all("StatefulSet"), []);
    assert.deepEqual(recording.all("PersistentVolumeClaim"), []);
    assert.ok(!recording.names("Secret").some((name) => name.includes("server") || name.includes("htpasswd")));
  });
});

describe("cert-manager and a TLSRoute", () => {
  it("asks for a certificate that HAProxy shows, and reloads when it is renewed", async () => {
    const recording = await recorded({
      hostname: "registry.corp.example",
      objectStore: { s3: { bucket: "images" } },
      nodes: { serviceAccountAnnotations: { "eks.amazonaws.com/role-arn": "arn:aws:iam::123456789012:role/registry" } },
      certificates: { certManager: { issuer: "corp" }, validityDays: 90 },
      loadBalancer: { gateway: { name: "outside", kind: RouteKind.TLSRoute } },
    });
    const certificate = specOf(recording, "Certificate", "team-certificates-server");
    assert.deepEqual(certificate["issuerRef"], { name: "corp", kind: "ClusterIssuer", group: "cert-manager.io" });
    assert.equal(certificate["duration"], "2160h0m0s");
    const [balancers] = podsOf([recording.get("Deployment", "team-balancer")]);
    assert.ok(textsOf(balancers?.spec).includes(String(certificate["secretName"])));
    const files = at(recording.get("ConfigMap", "team-balancer-files-plain").inputs, "data");
    assert.match(String(files["balancer.sh"]), /kill -USR2/);
    assert.match(String(files["haproxy.cfg"]), /bind :5000 ssl crt \/certificate\/server\.crt/);
    assert.equal(recording.get("TLSRoute", "team-balancer").inputs["apiVersion"], "gateway.networking.k8s.io/v1");
    const account = at(recording.get("ServiceAccount", "team-nodes").inputs, "metadata", "annotations");
    assert.match(String(account["eks.amazonaws.com/role-arn"]), /role\/registry$/);
  });
});

describe("a change", () => {
  const template = (recording: Recording<Registry>, name: string): string =>
    JSON.stringify(at(recording.get("Deployment", name).inputs, "spec", "template"));
  const base: RegistryArgs = { objectStore: { s3: { bucket: "images" } } };

  it("of the configuration rolls nodes, that of the certificate balancers, and nothing else rolls them", async () => {
    const before = await recorded(base);
    const settings = await recorded({ ...base, settings: { readOnly: true } });
    assert.notEqual(template(settings, "team-nodes"), template(before, "team-nodes"));
    assert.equal(template(settings, "team-balancer"), template(before, "team-balancer"));

    const password = await recorded({ ...base, secrets: { passwords: { admin: "another password of admin" } } });
    assert.equal(template(password, "team-nodes"), template(before, "team-nodes"));

    const trust = { certificatePem: promised(pem("CERTIFICATE", "theirs")) };
    const certificate = await recorded({ ...base, trust, secrets: { privateKeyPem: promised(pem("PRIVATE KEY", "theirs")) } });
    assert.notEqual(template(certificate, "team-balancer"), template(before, "team-balancer"));
    assert.equal(template(certificate, "team-nodes"), template(before, "team-nodes"));
  });
});

/** A value that is not plain, so that nobody looks whether it can be read. */
function promised(text: string): Promise<string> {
  return Promise.resolve(text);
}
