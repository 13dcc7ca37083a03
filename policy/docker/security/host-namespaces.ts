import { cis, mlps, PolicyGroup, type CommonSettings } from "ha-registry-policy-common";
import { imageName } from "../container";
import { containerPolicy, isStarted } from "../container-policy";

interface Settings extends CommonSettings {
  allowedNetwork: string[];
}

/** Namespaces of the host: CIS Docker 5.10, 5.16, 5.17, 5.31. */
export const hostNamespaces = containerPolicy<Settings>(
  {
    name: "host-namespaces",
    group: PolicyGroup.Security,
    description: "No container shares the host's network, processes, shared memory or users.",
    reason:
      "In the host's network a container reaches every port that is open on 127.0.0.1 alone, among its processes it can look into all of them.",
    severity: "high",
    enforcementLevel: "mandatory",
    mend: "Leave out `networkMode`, `pidMode`, `ipcMode` and `usernsMode`; publish the ports that are needed.",
    controls: [cis("5.10"), cis("5.16"), cis("5.17"), cis("5.31"), mlps("8.1.4.4")],
    configuration: {
      allowedNetwork: {
        type: "array",
        items: { type: "string" },
        description:
          "Names of images, without registry and tag, that may use the host's network: keepalived moves its addresses, the exporter measures it",
        default: ["keepalived", "node-exporter"],
      },
    },
  },
  (container, { allowedNetwork }) => {
    if (!isStarted(container)) return [];
    const { networkMode, pidMode, ipcMode, usernsMode } = container.properties;
    const shared = Object.entries({ networkMode, pidMode, ipcMode, usernsMode }).filter(([, mode]) => mode === "host");
    const name = imageName(container);
    const mayUseNetwork = name !== undefined && allowedNetwork.includes(name);
    return shared
      .filter(([mode]) => mode !== "networkMode" || !mayUseNetwork)
      .map(
        ([mode]) =>
          `shares a namespace of its host: leave out \`${mode}: "host"\`${mode === "networkMode" ? ", and publish the ports that are needed" : ""}`,
      );
  },
);
