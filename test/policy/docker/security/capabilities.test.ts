import { capabilities } from "ha-registry-policy-docker/dist/security/capabilities";
import { testPolicy, unknown } from "../../support/judge";

testPolicy(capabilities, {
  compliant: [
    { what: "all dropped", plan: { capabilities: { drops: ["ALL"] } } },
    { what: "a low port", plan: { capabilities: { drops: ["all"], adds: ["CAP_NET_BIND_SERVICE"] } } },
    { what: "what moves addresses", plan: { image: "shawly/keepalived:2.3", capabilities: { drops: ["ALL"], adds: ["CAP_NET_ADMIN"] } } },
    {
      what: "owners, once",
      plan: {
        mustRun: false,
        networkMode: "none",
        securityOpts: ["no-new-privileges:true"],
        capabilities: { drops: ["ALL"], adds: ["CHOWN"] },
      },
    },
  ],
  violating: [
    { what: "one of them dropped", plan: { capabilities: { drops: ["NET_RAW"] } }, reports: [/keeps capabilities/] },
    { what: "one too many", plan: { capabilities: { drops: ["ALL"], adds: ["SYS_ADMIN", "CHOWN"] } }, reports: [/adds SYS_ADMIN, CHOWN/] },
  ],
  undefinedProperty: [
    { what: "nothing said", plan: {}, reports: [/keeps capabilities/] },
    { what: "not known yet", plan: { capabilities: { drops: [unknown] } } },
  ],
  configured: [
    { what: "a further one", plan: { capabilities: { drops: ["ALL"], adds: ["SYS_TIME"] } }, configuration: { allowed: ["CAP_SYS_TIME"] } },
    {
      what: "by image",
      plan: { image: "x/vpn:1", capabilities: { drops: ["ALL"], adds: ["NET_ADMIN"] } },
      configuration: { allowedByImage: { vpn: ["NET_ADMIN"] } },
    },
  ],
});
