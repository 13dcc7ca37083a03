import { hostNamespaces } from "ha-registry-policy-docker/dist/security/host-namespaces";
import { testPolicy, unknown } from "../../support/judge";

testPolicy(hostNamespaces, {
  compliant: [
    { what: "a network of its own", plan: { networkMode: "bridge", pidMode: "" } },
    { what: "another container's network", plan: { networkMode: "container:1a2b" } },
    { what: "what moves addresses, in the host's network", plan: { image: "keepalived:2.3", networkMode: "host" } },
  ],
  violating: [
    { what: "network", plan: { image: "registry:3.1.2", networkMode: "host" }, reports: [/networkMode: "host"/] },
    { what: "processes", plan: { image: "keepalived:2.3", pidMode: "host" }, reports: [/pidMode/] },
    { what: "memory and users", plan: { ipcMode: "host", usernsMode: "host" }, reports: [/ipcMode/, /usernsMode/] },
  ],
  undefinedProperty: [
    { what: "nothing said", plan: {} },
    { what: "not known yet", plan: { networkMode: unknown } },
  ],
  configured: [{ what: "another image", plan: { image: "agent:1", networkMode: "host" }, configuration: { allowedNetwork: ["agent"] } }],
});
