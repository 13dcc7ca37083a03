import { collectionWhileWriting } from "ha-registry-policy-docker/dist/availability/collection-while-writing";
import { testPolicy, unknown, node } from "../../support/judge";

function collector(properties: Record<string, unknown> = {}) {
  return node({ mustRun: false, entrypoints: ["sh", "-c"], command: ["registry", "garbage-collect", "/c.yml"], ...properties });
}

testPolicy(collectionWhileWriting, {
  compliant: [
    { what: "none", plan: [node()] },
    { what: "alone", plan: [collector()] },
    {
      what: "beside a registry that is read-only",
      plan: [
        node({ uploads: [{ file: "/c", content: "version: 0.1\nstorage: { maintenance: { readonly: { enabled: true } } }\n" }] }),
        collector(),
      ],
    },
  ],
  violating: [
    { what: "beside a registry", plan: [node(), collector()], reports: [/^box-2: collects garbage while/] },
    {
      what: "in a shell",
      plan: [node(), collector({ command: ["while :; do registry garbage-collect /c.yml; sleep 1d; done"] })],
      reports: [/^box-2/],
    },
  ],
  undefinedProperty: [{ what: "a command that is not known yet", plan: [node(), collector({ command: unknown })] }],
});
