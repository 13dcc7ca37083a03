import { imageDigest } from "ha-registry-policy-kubernetes/dist/supply-chain/image-digest";
import { testPolicy, unknown } from "../../support/judge";
import { running } from "../../support/kubernetes";

const image = `registry:3.1.2@sha256:${"0".repeat(64)}`;

testPolicy(imageDigest, {
  compliant: [
    { what: "a digest", plan: running({ image }), stack: "prod" },
    { what: "a version, outside production", plan: running({ image: "registry:3.1.2" }) },
  ],
  violating: [
    {
      what: "a version",
      plan: running({ image: "registry:3.1.2" }),
      stack: "prod",
      reports: [/^box: the container "registry" runs registry:3\.1\.2 by a tag/],
    },
    {
      what: "of what prepares",
      plan: running({ image }, { initContainers: [{ name: "first", image: "busybox:1" }] }),
      stack: "prod",
      reports: [/"first" runs/],
    },
  ],
  undefinedProperty: [{ what: "not known yet", plan: running({ image: unknown }), stack: "prod" }],
  configured: [
    { what: "other names of production", plan: running({}), stack: "live", configuration: { production: "^live" }, reports: [/by a tag/] },
  ],
});
