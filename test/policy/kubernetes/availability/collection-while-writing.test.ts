import { collectionWhileWriting } from "ha-registry-policy-kubernetes/dist/availability/collection-while-writing";
import { types } from "ha-registry-policy-kubernetes/dist/objects";
import { testPolicy, unknown } from "../../support/judge";
import { object, workload } from "../../support/kubernetes";

const collector = workload({ name: "collector", type: types.cronJob, container: { command: ["registry", "garbage-collect", "/c.yml"] } });
const configured = (maintenance: string) =>
  object(types.configMap, undefined, {
    properties: { data: { "config.yml": `version: 0.1\nstorage: { filesystem: {}, maintenance: { ${maintenance} } }\n` } },
  });
const registry = workload({ name: "registry" });

testPolicy(collectionWhileWriting, {
  compliant: [
    { what: "read-only", plan: [registry, collector, configured("readonly: { enabled: true }")] },
    { what: "no registry", plan: [workload({ container: { image: "shop:1" } }), collector] },
    { what: "no collection", plan: [registry] },
  ],
  violating: [
    { what: "while it takes pushes", plan: [registry, collector], reports: [/^collector: collects garbage while/] },
    {
      what: "with a configuration that lets them in",
      plan: [registry, collector, configured("uploadpurging: { enabled: true }")],
      reports: [/collects garbage/],
    },
  ],
  undefinedProperty: [
    { what: "a command that is not known yet", plan: [registry, workload({ type: types.job, container: { command: unknown } })] },
    { what: "none", plan: [registry, workload({ type: types.job })] },
  ],
});
