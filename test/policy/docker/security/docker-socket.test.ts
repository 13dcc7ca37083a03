import { dockerSocket } from "ha-registry-policy-docker/dist/security/docker-socket";
import { testPolicy, unknown } from "../../support/judge";

testPolicy(dockerSocket, {
  compliant: [
    {
      what: "volumes",
      plan: { mounts: [{ type: "volume", source: "data", target: "/data" }], volumes: [{ volumeName: "run", containerPath: "/run" }] },
    },
    { what: "a directory of the host", plan: { volumes: [{ hostPath: "/srv/registry", containerPath: "/var/lib/registry" }] } },
  ],
  violating: [
    {
      what: "as a mount",
      plan: { mounts: [{ type: "bind", source: "/var/run/docker.sock", target: "/s", readOnly: true }] },
      reports: [/has \/var\/run\/docker\.sock/],
    },
    { what: "as a volume", plan: { volumes: [{ hostPath: "/run/docker.sock", containerPath: "/s" }] }, reports: [/docker\.sock/] },
    { what: "with its directory", plan: { volumes: [{ hostPath: "/var/run/", containerPath: "/host" }] }, reports: [/has \/var\/run\//] },
    { what: "with everything", plan: { mounts: [{ type: "bind", source: "/", target: "/host" }] }, reports: [/has \/ of its host/] },
  ],
  undefinedProperty: [
    { what: "nothing mounted", plan: {} },
    { what: "not known yet", plan: { mounts: [{ source: unknown, target: "/x" }] } },
  ],
});
