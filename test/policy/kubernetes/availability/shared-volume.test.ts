import { sharedVolume } from "ha-registry-policy-kubernetes/dist/availability/shared-volume";
import { types } from "ha-registry-policy-kubernetes/dist/objects";
import { testPolicy, unknown } from "../../support/judge";
import { object, workload } from "../../support/kubernetes";

const claim = (...accessModes: string[]) =>
  object(types.persistentVolumeClaim, { accessModes }, { metadata: { name: "data", namespace: "images" } });
const mounting = (claimName: string, spec = { replicas: 2 }, type: string = types.deployment) =>
  workload({ type, spec, pod: { volumes: [{ name: "data", persistentVolumeClaim: { claimName } }] } });

testPolicy(sharedVolume, {
  compliant: [
    { what: "for all hosts", plan: [mounting("data"), claim("ReadWriteMany")] },
    { what: "a single pod", plan: [mounting("data", { replicas: 1 }), claim("ReadWriteOnce")] },
    { what: "another claim", plan: [mounting("other"), claim("ReadWriteOnce")] },
    {
      what: "a claim for each pod",
      plan: [workload({ type: types.statefulSet, spec: { replicas: 2, volumeClaimTemplates: [{}] } }), claim("ReadWriteOnce")],
    },
  ],
  violating: [
    { what: "for one host", plan: [mounting("data"), claim("ReadWriteOnce")], reports: [/^box-1: has several pods on a volume/] },
    { what: "for one pod", plan: [mounting("data"), claim("ReadWriteOncePod")], reports: [/several pods/] },
  ],
  undefinedProperty: [
    { what: "no access mode", plan: [mounting("data"), claim()] },
    { what: "a name that is not known yet", plan: [mounting(unknown), claim("ReadWriteOnce")] },
  ],
});
