import { imageTag } from "ha-registry-policy-docker/dist/supply-chain/image-tag";
import { testPolicy, unknown } from "../../support/judge";

const digest = `sha256:${"0".repeat(64)}`;

testPolicy(imageTag, {
  compliant: [
    { what: "a version", plan: { image: "registry:3.1.2" } },
    { what: "a digest", plan: { image: `registry@${digest}` } },
    { what: "latest, with a digest", plan: { image: `registry:latest@${digest}` } },
    { what: "an image ID", plan: { image: digest } },
  ],
  violating: [
    { what: "latest", plan: { image: "corp.example:5000/registry:latest" }, reports: [/another image tomorrow/] },
    { what: "no tag", plan: { image: "corp.example:5000/registry" }, reports: [/stands for the newest/] },
  ],
  undefinedProperty: [
    { what: "no image", plan: {} },
    { what: "not known yet", plan: { image: unknown } },
  ],
  configured: [
    {
      what: "another moving tag",
      plan: { image: "registry:3" },
      configuration: { movingTags: ["3"] },
      reports: [/another image tomorrow/],
    },
  ],
});
