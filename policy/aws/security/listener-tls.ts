import { guides, mlps, PolicyGroup, securityHub, type CommonSettings } from "ha-registry-policy-common";
import { awsPolicy } from "../aws-policy";
import { types } from "../resources";

interface Settings extends CommonSettings {
  plainPorts: number[];
}

interface Listener {
  defaultActions?: { redirect?: { protocol?: string }; type?: string }[];
  port?: number;
  protocol?: string;
}

/** Registries that are reached in clear: AWS Security Hub ELB.1 and ELB.18, MLPS 8.1.4.8. */
export const listenerTls = awsPolicy<Listener, Settings>(
  {
    name: "listener-tls",
    group: PolicyGroup.Security,
    description: "Clients come in over TLS; plain HTTP does nothing but lead there.",
    reason: "Logins are sent with every request: in clear everyone on the way has them. The guides ask for HTTPS in production.",
    severity: "critical",
    enforcementLevel: "mandatory",
    mend: "Give listeners the protocol HTTPS or TLS and a certificate; a listener of HTTP the default action `redirect` to HTTPS. TCP is well where what is behind ends TLS.",
    controls: [securityHub("ELB.1"), securityHub("ELB.18"), mlps("8.1.4.8"), guides("HTTPS in production")],
    configuration: {
      plainPorts: {
        type: "array",
        items: { type: "integer" },
        description: "Ports at which a listener of TCP is taken for plain HTTP",
        default: [80, 5000, 8080],
      },
    },
  },
  types.listener,
  ({ unknown, properties: { defaultActions = [], port = 0, protocol } }, { plainPorts }) => {
    if (protocol === "HTTP") {
      const redirects =
        defaultActions.length > 0 && defaultActions.every(({ redirect, type }) => type === "redirect" && redirect?.protocol === "HTTPS");
      return redirects || unknown.has("defaultActions")
        ? []
        : ["takes logins in clear: give it the protocol HTTPS, or the default action `redirect` to HTTPS"];
    }
    return (protocol === "TCP" || protocol === "TCP_UDP") && plainPorts.includes(port)
      ? [`takes logins in clear at port ${port}: give it the protocol TLS, and a certificate`]
      : [];
  },
);
