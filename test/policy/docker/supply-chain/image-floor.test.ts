import { imageFloor } from "ha-registry-policy-docker/dist/supply-chain/image-floor";
import { testPolicy, unknown } from "../../support/judge";

testPolicy(imageFloor, {
  compliant: [
    { what: "the floor", plan: { image: "registry:3.1.2" } },
    { what: "its series", plan: { image: "registry:3" } },
    { what: "a newer one, as a copy", plan: { image: "corp.example/mirror/library/registry:3.2.0" } },
    { what: "another image", plan: { image: "nginx:1.0" } },
  ],
  violating: [
    { what: "the guides' registry", plan: { image: "registry:2.8.1" }, reports: [/older than 3\.1\.2 \(CVE-2026-85747/] },
    { what: "its series", plan: { image: "registry:2" }, reports: [/older than 3\.1\.2/] },
    { what: "a pre-release", plan: { image: "registry:3.1.2-rc.1" }, reports: [/older than 3\.1\.2/] },
    { what: "a copy", plan: { image: "corp.example:5000/x/valkey/valkey:6.2" }, reports: [/CVE-2025-49844/] },
  ],
  undefinedProperty: [
    { what: "no image", plan: {} },
    { what: "no version", plan: { image: `registry@sha256:${"0".repeat(64)}` } },
    { what: "not known yet", plan: { image: unknown } },
  ],
  configured: [
    {
      what: "a further image",
      plan: { image: "nginx:1.28.0" },
      configuration: { floors: { nginx: "1.29" } },
      reports: [/older than 1\.29 \(the oldest version that the policy's/],
    },
    { what: "a lower floor", plan: { image: "registry:3.1.1" }, configuration: { floors: { registry: "3.1.1" } } },
  ],
});
