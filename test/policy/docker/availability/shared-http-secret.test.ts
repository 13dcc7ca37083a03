import { sharedHttpSecret } from "ha-registry-policy-docker/dist/availability/shared-http-secret";
import { testPolicy, unknown, node } from "../../support/judge";

function configured(http: string) {
  return node({ uploads: [{ file: "/etc/distribution/config.yml", content: `version: 0.1\nstorage: {}\n${http}\n` }] });
}

testPolicy(sharedHttpSecret, {
  compliant: [
    { what: "the same in each file", plan: [configured("http: { secret: abc }"), configured("http: { secret: abc }")] },
    { what: "the same in variables", plan: [node({ envs: ["REGISTRY_HTTP_SECRET=abc"] }), node({ envs: ["REGISTRY_HTTP_SECRET=abc"] })] },
    { what: "a single node", plan: [configured("")] },
  ],
  violating: [
    {
      what: "none",
      plan: [configured("http:"), configured("http: { secret: abc }")],
      reports: [/^box-1: configures one of several nodes without/],
    },
    {
      what: "different ones",
      plan: [configured("http: { secret: abc }"), configured("http: { secret: abd }")],
      reports: [/^stack: the nodes have 2 different/],
    },
    { what: "nodes as the image is", plan: [node(), node()], reports: [/^box-1: is one of several/, /^box-2: /] },
  ],
  undefinedProperty: [
    { what: "variables that are not known yet", plan: [node({ envs: [unknown] }), node({ envs: [unknown] })] },
    { what: "files that are not known yet", plan: [node({ uploads: [{ content: unknown }] }), node({ uploads: [{ content: unknown }] })] },
  ],
});
