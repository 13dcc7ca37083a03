import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { keepalivedFile, renderKeepalived, renderKeepalivedScript, virtualAddressStateFile, vrrpPidFile } from "ha-registry-core";
import type { BalancerTopology, Topology } from "ha-registry-core";
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
 * The address that moves between the hosts: on each a keepalived in the host's own network, which holds the address or waits for it. A change of
 * the hosts is read by those that run; only a new image replaces them.
 *
 * Docker hands what comes to the address on to the balancer as it does for any other address of the host, and leaves the client's address
 * as it is. The exceptions are connections of the host itself, which seem to come from an address of the host or from the gateway of the
 * private network, and those of its own containers and over IPv6, which seem to come from that gateway.
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

    const files = balancers.map(
      ({ host }) =>
        new Files(
          onHost(`${name}-files`, host),
          {
            topology,
            part: "keepalived",
            host,
            owner: 0,
            plain: { [keepalivedFile]: renderKeepalived(topology, host), [scriptFile]: renderKeepalivedScript() },
            pointedTo: [keepalivedFile],
          },
          { parent: this, hostProviders },
        ),
    );
    const start = ({ host, keepalived = "" }: BalancerTopology, own: Files, previous: docker.Container[]): docker.Container =>
      new docker.Container(
        keepalived,
        {
          ...serviceDefaults({ topology, part: "keepalived", user: 0, memoryMiB: 32, graceSeconds: 10 }),
          capabilities: { drops: ["ALL"], adds: capabilities },
          name: keepalived,
          image: topology.images.keepalived,
          entrypoints: ["sh"],
          command: [pathOf(own, scriptFile)],
          networkMode: "host",
          mounts: [{ type: "volume", source: own.volumeName, target: "/files", readOnly: true }],
          tmpfs: { "/run": "rw,noexec,nosuid,size=1m", "/tmp": "rw,noexec,nosuid,size=1m,mode=1777" },
          healthcheck: healthcheck(healthCommand),
        },
        // A host that is new has to be known to all others before it begins.
        { ...childOptions({ parent: this, hostProviders }, host), dependsOn: [...files, ...previous], deleteBeforeReplace: true },
      );

    // One after the other, so that there is always one to take the address; the last first: as a rule the first host holds it (see
    // renderKeepalived), and then it moves once.
    balancers.reduceRight<docker.Container[]>((previous, balancer, index) => {
      const own = files[index];
      return own === undefined ? previous : [start(balancer, own, previous)];
    }, []);

    this.address = pulumi.output(virtualAddress?.address ?? "");
    this.registerOutputs({ address: this.address });
  }
}

const scriptFile = "keepalived.sh";

/** Healthy means: holds the address, or is ready to take it. */
const healthCommand = `kill -0 "$(cat ${vrrpPidFile})" && grep -q -e MASTER -e BACKUP ${virtualAddressStateFile}`;
