import { cis, mlps, PolicyGroup } from "ha-registry-policy-common";
import { mountsOf } from "../container";
import { containerPolicy } from "../container-policy";

const SOCKET = /(?:^|\/)(?:docker|containerd|crio|podman)\.sock$/;
const ABOVE = /^\/(?:run|var\/run|var|var\/lib\/docker|run\/docker|run\/containerd)?\/?$/;

/** The engine's socket in a container: CIS Docker 5.32. */
export const dockerSocket = containerPolicy(
  {
    name: "docker-socket",
    group: PolicyGroup.Security,
    description: "No container has the engine's socket, nor a directory of the host that holds it.",
    reason:
      "Who can write to the socket starts a privileged container: it is root on the host. Reading alone is no protection, since a socket knows none.",
    severity: "critical",
    enforcementLevel: "mandatory",
    mend: "Leave out the mount. What has to watch containers gets a proxy that lets reading calls through alone.",
    controls: [cis("5.32"), mlps("8.1.4.2")],
  },
  (container) =>
    mountsOf(container)
      .filter(({ source }) => SOCKET.test(source) || (source.startsWith("/") && ABOVE.test(source)))
      .map(({ source }) => `has ${source} of its host, and with it the engine's socket: leave out the mount`),
);
