import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { renderKeepalived, virtualAddressStateFile } from "ha-registry-core";
import type { Topology } from "ha-registry-core";
import { healthcheck, serviceDefaults } from "./container";
import { Files, pathOf } from "./files";
import { childOptions, onHost } from "./hosts";
import type { PartOptions } from "./hosts";

/** Arguments of `VirtualAddress`. */
export interface VirtualAddressArgs {
  /** The resolved registry. */
  topology: Topology;
}

/** Scripts are run by nobody, which needs the last two: children of a root that has them lose all the others. */
const capabilities = ["CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_SETGID", "CAP_SETUID"];

/**
 * The address that moves between the hosts: on each a keepalived in the host's own network, which holds the address or waits for it.
 *
 * Docker hands what comes to the address on to the balancer as it does for any other address of the host, and leaves the client's address
 * as it is. Three kinds of connections are the exception, and seem to come from the gateway of the private network: those of the host
 * itself, those of its own containers, and those over IPv6.
 */
export class VirtualAddress extends pulumi.ComponentResource {
  /** The address. */
  readonly address: pulumi.Output<string>;

  /** @param opts `dependsOn` should hold the balancers: the address goes to a host where one answers. */
  constructor(name: string, args: VirtualAddressArgs, opts?: PartOptions) {
    super("ha-registry-docker:index:VirtualAddress", name, {}, opts);
    const { topology } = args;
    const { balancers, virtualAddress } = topology.loadBalancer;
    const hostProviders = opts?.hostProviders;

    const start = (host: string, container: string, previous: docker.Container[]): docker.Container => {
      const files = new Files(
        onHost(`${name}-files`, host),
        { topology, part: "keepalived", host, owner: 0, plain: { "keepalived.conf": renderKeepalived(topology, host) } },
        { parent: this, hostProviders },
      );
      return new docker.Container(
        container,
        {
          ...serviceDefaults({ topology, part: "keepalived", user: 0, memoryMiB: 32, graceSeconds: 10 }),
          capabilities: { drops: ["ALL"], adds: capabilities },
          name: container,
          image: topology.images.keepalived,
          entrypoints: ["keepalived"],
          command: [
            ...["--dont-fork", "--log-console", "--vrrp"],
            ...["--pid", "/run/keepalived.pid", "--vrrp_pid", vrrpPidFile],
            "--use-file",
            pathOf(files, "keepalived.conf"),
          ],
          networkMode: "host",
          mounts: [{ type: "volume", source: files.volumeName, target: "/files", readOnly: true }],
          tmpfs: { "/run": "rw,noexec,nosuid,size=1m", "/tmp": "rw,noexec,nosuid,size=1m,mode=1777" },
          healthcheck: healthcheck(healthCommand),
        },
        { ...childOptions({ parent: this, hostProviders }, host), dependsOn: [files, ...previous], deleteBeforeReplace: true },
      );
    };

    // One after the other, so that there is always one to take the address; the last first: as a rule the first host holds it (see
    // renderKeepalived), and then it moves once.
    [...balancers].reverse().reduce<docker.Container[]>((previous, { host, keepalived = "" }) => [start(host, keepalived, previous)], []);

    this.address = pulumi.output(virtualAddress?.address ?? "");
    this.registerOutputs({ address: this.address });
  }
}

const vrrpPidFile = "/run/vrrp.pid";

/** Healthy means: holds the address, or is ready to take it. */
const healthCommand = `kill -0 "$(cat ${vrrpPidFile})" && grep -q -e MASTER -e BACKUP ${virtualAddressStateFile}`;
