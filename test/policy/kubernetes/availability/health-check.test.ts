import { healthCheck } from "ha-registry-policy-kubernetes/dist/availability/health-check";
import { types } from "ha-registry-policy-kubernetes/dist/objects";
import { testPolicy, unknown } from "../../support/judge";
import { running, workload } from "../../support/kubernetes";

const readinessProbe = { httpGet: { path: "/debug/health", port: 5001 } };
const sidecar = {
  containers: [
    { name: "registry", image: "registry:3.1.2", readinessProbe },
    { name: "watcher", image: "corp.example/watcher:1" },
  ],
};

testPolicy(healthCheck, {
  compliant: [
    { what: "a probe", plan: running({ readinessProbe }) },
    { what: "what runs once", plan: [workload({ type: types.job })] },
    { what: "something else", plan: running({ image: "shop:1.2" }) },
  ],
  violating: [
    { what: "none", plan: running({ livenessProbe: {} }), reports: [/^box: the container "registry" has no readiness probe/] },
    { what: "Redis", plan: running({ name: "cache", image: "valkey/valkey:8.1.4" }), reports: [/"cache" has no readiness/] },
    { what: "a second container", plan: running({}, sidecar), reports: [/"watcher" has no readiness/] },
  ],
  undefinedProperty: [{ what: "not known yet", plan: running({ readinessProbe: { httpGet: { port: unknown } } }) }],
  configured: [{ what: "a second container that needs none", plan: running({}, sidecar), configuration: { sidecars: ["watcher"] } }],
});
