import { hostAccess } from "ha-registry-policy-kubernetes/dist/security/host-access";
import { testPolicy, unknown } from "../../support/judge";
import { running } from "../../support/kubernetes";

const path = (hostPath: unknown) => running({}, { volumes: [{ name: "v", hostPath: { path: hostPath } }] });

testPolicy(hostAccess, {
  compliant: [
    {
      what: "nothing",
      plan: running({ ports: [{ containerPort: 5000 }] }, { hostNetwork: false, volumes: [{ name: "v", configMap: {} }] }),
    },
  ],
  violating: [
    {
      what: "its network and processes",
      plan: running({}, { hostNetwork: true, hostPID: true }),
      reports: [/^box: .*`hostNetwork`/, /`hostPID`/],
    },
    {
      what: "the runtime's socket",
      plan: path("/run/containerd/containerd.sock"),
      reports: [/mounts \/run\/containerd\/containerd\.sock/],
    },
    { what: "a port", plan: running({ ports: [{ containerPort: 5000, hostPort: 5000 }] }), reports: [/takes a port of its host/] },
  ],
  undefinedProperty: [
    { what: "no volumes", plan: running({}) },
    { what: "not known yet", plan: path(unknown) },
  ],
  configured: [{ what: "a directory that is allowed", plan: path("/mnt/images"), configuration: { allowedPaths: ["/mnt/images"] } }],
});
