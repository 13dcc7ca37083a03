import { podSecurityLevel } from "ha-registry-policy-kubernetes/dist/security/pod-security-level";
import { types } from "ha-registry-policy-kubernetes/dist/objects";
import { testPolicy, unknown } from "../../support/judge";
import { object } from "../../support/kubernetes";

const space = (labels?: unknown) => [object(types.namespace, undefined, { metadata: { name: "images", labels } })];
const level = (name: string) => ({ "pod-security.kubernetes.io/enforce": name });

testPolicy(podSecurityLevel, {
  compliant: [{ what: "restricted", plan: space(level("restricted")) }],
  violating: [
    { what: "one that lets root in", plan: space(level("baseline")), reports: [/^box: lets in pods that may do more \(baseline\)/] },
    { what: "a warning alone", plan: space({ "pod-security.kubernetes.io/warn": "restricted" }), reports: [/\(no level\)/] },
  ],
  undefinedProperty: [
    { what: "no labels", plan: space(), reports: [/\(no level\)/] },
    { what: "not known yet", plan: space(level(unknown)) },
  ],
  configured: [{ what: "another level", plan: space(level("baseline")), configuration: { levels: ["restricted", "baseline"] } }],
});
