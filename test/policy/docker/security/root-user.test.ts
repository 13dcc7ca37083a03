import { rootUser } from "ha-registry-policy-docker/dist/security/root-user";
import { testPolicy, unknown } from "../../support/judge";

testPolicy(rootUser, {
  compliant: [
    { what: "a number", plan: { user: "65532:65532" } },
    { what: "a name", plan: { user: "redis" } },
    { what: "what moves addresses", plan: { image: "shawly/keepalived:2.3", user: "0:0" } },
    {
      what: "root that hands a volume over, and can do nothing else",
      plan: { user: "0:0", mustRun: false, networkMode: "none", securityOpts: ["no-new-privileges"], capabilities: { drops: ["ALL"] } },
    },
  ],
  violating: [
    { what: "root by number", plan: { user: "0:0" }, reports: [/runs as 0:0/] },
    { what: "root by name", plan: { user: "root" }, reports: [/runs as root/] },
    {
      what: "root that prepares something, with a network",
      plan: { user: "0", mustRun: false, securityOpts: ["no-new-privileges"], capabilities: { drops: ["ALL"] } },
      reports: [/runs as 0/],
    },
  ],
  undefinedProperty: [
    { what: "no user", plan: { image: "registry:3.1.2" }, reports: [/names no user/] },
    { what: "not known yet", plan: { user: unknown } },
  ],
  configured: [
    { what: "another image may", plan: { image: "corp.example/agent:1", user: "0" }, configuration: { allowedImages: ["agent"] } },
    {
      what: "keepalived may not",
      plan: { image: "keepalived:2.3", user: "0" },
      configuration: { allowedImages: [] },
      reports: [/runs as 0/],
    },
  ],
});
