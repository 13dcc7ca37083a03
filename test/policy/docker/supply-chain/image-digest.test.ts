import { imageDigest } from "ha-registry-policy-docker/dist/supply-chain/image-digest";
import { testPolicy, unknown } from "../../support/judge";

const digest = `sha256:${"0".repeat(64)}`;

testPolicy(imageDigest, {
  compliant: [
    { what: "a digest", plan: { image: `registry:3.1.2@${digest}` }, stack: "prod" },
    { what: "an image ID", plan: { image: digest }, stack: "prod-docker" },
    { what: "a tag outside production", plan: { image: "registry:3.1.2" } },
  ],
  violating: [
    { what: "a tag in production", plan: { image: "registry:3.1.2" }, stack: "production", reports: [/registry:3\.1\.2@sha256/] },
  ],
  undefinedProperty: [
    { what: "no image", plan: {}, stack: "prod" },
    { what: "not known yet", plan: { image: unknown }, stack: "prod" },
  ],
  configured: [{ what: "every stack", plan: { image: "registry:3.1.2" }, configuration: { production: "" }, reports: [/by a tag/] }],
});
