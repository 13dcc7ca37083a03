import { imageSource } from "ha-registry-policy-docker/dist/supply-chain/image-source";
import { testPolicy, unknown } from "../../support/judge";

testPolicy(imageSource, {
  compliant: [
    { what: "Docker Hub", plan: { image: "registry:3.1.2" } },
    { what: "a registry of one's own", plan: { image: "registry.corp.example/bitnami/redis:8.2" } },
    { what: "an image ID", plan: { image: `sha256:${"0".repeat(64)}` } },
  ],
  violating: [
    {
      what: "where nothing is repaired any more",
      plan: { image: "bitnamilegacy/redis:7.4" },
      reports: [/docker\.io\/bitnamilegacy\/redis, which is refused/],
    },
    { what: "MinIO", plan: { image: "minio/minio:RELEASE.2025-04-22T22-12-26Z" }, reports: [/refused/] },
  ],
  undefinedProperty: [
    { what: "no image", plan: {} },
    { what: "not known yet", plan: { image: unknown } },
  ],
  configured: [
    {
      what: "from an allowed one",
      plan: { image: "registry.corp.example/mirror/registry:3.1.2" },
      configuration: { allowed: ["registry.corp.example/*"] },
    },
    {
      what: "from another one",
      plan: { image: "registry:3.1.2" },
      configuration: { allowed: ["registry.corp.example/*"] },
      reports: [/docker\.io\/library\/registry, which is not among/],
    },
    {
      what: "from a name that only begins like it",
      plan: { image: "registry.corp.example.evil.example/x:1" },
      configuration: { allowed: ["registry.corp.example/*"] },
      reports: [/not among/],
    },
  ],
});
