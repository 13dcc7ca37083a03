import { hostAccess } from "ha-registry-policy-aws/dist/security/host-access";
import { task } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const having = (properties: Record<string, unknown>) => [task({}, { networkMode: "awsvpc", ...properties })];

testPolicy(hostAccess, {
  compliant: [
    { what: "a network interface of its own", plan: having({}) },
    { what: "no network", plan: having({ networkMode: "none" }) },
    { what: "the task's own processes", plan: having({ pidMode: "task", volumes: [{ name: "files" }] }) },
  ],
  violating: [
    { what: "the host's network", plan: having({ networkMode: "host" }), reports: [/^task: shares a network with others \(host\)/] },
    { what: "the host's processes and memory", plan: having({ pidMode: "host", ipcMode: "host" }), reports: [/`ipcMode`/, /`pidMode`/] },
    { what: "the host's directories", plan: having({ volumes: [{ hostPath: "/var/run" }] }), reports: [/mounts \/var\/run/] },
  ],
  undefinedProperty: [
    { what: "nothing, which is a bridge", plan: having({ networkMode: undefined }), reports: [/\(bridge\)/] },
    { what: "not known yet", plan: having({ networkMode: unknown }) },
  ],
  configured: [
    { what: "a directory that may be", plan: having({ volumes: [{ hostPath: "/srv" }] }), configuration: { allowedPaths: ["/srv"] } },
  ],
});
