import { collectionWhileWriting } from "ha-registry-policy-aws/dist/availability/collection-while-writing";
import { resource, service, task } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const readOnly = "version: 0.1\nstorage: { s3: {}, maintenance: { readonly: { enabled: true } } }\n";
const collecting = (containerDefinitions: unknown) =>
  resource("taskDefinition", { family: "collect", containerDefinitions }, { name: "collection" });
const collection = collecting(JSON.stringify([{ name: "collect", image: "registry:3.1.2", command: ["garbage-collect", "/config.yml"] }]));

testPolicy(collectionWhileWriting, {
  compliant: [
    { what: "no collection", plan: [task(), service()] },
    { what: "no registry beside it", plan: [collection] },
    {
      what: "registries that take no pushes",
      plan: [task({ environment: [{ name: "CONFIGURATION", value: readOnly }] }), service(), collection],
    },
  ],
  violating: [
    { what: "while registries take pushes", plan: [task(), service(), collection], reports: [/^collection: collects garbage while/] },
  ],
  undefinedProperty: [
    { what: "no containers", plan: [task(), service(), collecting(undefined)] },
    { what: "not known yet", plan: [task(), service(), collecting(unknown)] },
  ],
});
