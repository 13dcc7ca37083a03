import * as pulumi from "@pulumi/pulumi";
import { GaragePhase, hostPort, podPlace, renderGarage, renderGaragePodScript, renderStoreServer } from "ha-registry-core";
import type { GarageMember, GaragePeer, KubernetesTopology } from "ha-registry-core";
import type { GarageIdentity, GarageSecrets, KeyPair } from "ha-registry-core/pulumi";
import { Files, pathOf } from "./files";
import { proxyPath } from "./store-access";

/** What the files of Garage's pods are made of. */
export interface GarageFilesArgs {
  /** The resolved registry. */
  topology: KubernetesTopology;
  /** Namespace of the registry. */
  namespaceName: pulumi.Input<string>;
  /** Secrets of the cluster. */
  secrets: GarageSecrets;
  /** What each node is known by. */
  identities: (GarageIdentity & { node: GarageMember })[];
  /** What the HAProxy of each pod shows. */
  certificate: KeyPair;
}

/** The files of Garage's pods. */
export interface GarageFiles {
  /** Those of Garage: of each node, under the name of its pod, and of all. */
  garage: Files;
  /** Those of the HAProxy beside it. */
  proxy: Files;
}

/** Makes the files of Garage's pods. A pod has the script and configurations of its own, which name the others. */
export function makeGarageFiles(name: string, args: GarageFilesArgs, opts: pulumi.ComponentResourceOptions): GarageFiles {
  const { topology, namespaceName, secrets, identities, certificate } = args;
  const paths = { rpcSecret: pathOf("rpc-secret"), metricsToken: pathOf("metrics-token") };
  const ofNodes = identities.map((identity) => {
    const peers = peersOf(identities.filter((other) => other !== identity));
    const configuration = (phase: GaragePhase): pulumi.Output<string> =>
      peers.apply((others) => renderGarage(podPlace, others, paths, phase));
    return {
      [`${identity.node.name}.garage.sh`]: peers.apply((others) => renderGaragePodScript(topology, identity.node, others)),
      [`${identity.node.name}.garage.toml`]: configuration(GaragePhase.Serving),
      [`${identity.node.name}.garage-joining.toml`]: configuration(GaragePhase.Joining),
    };
  });
  const common = { topology, namespaceName, part: "object-store" };
  return {
    garage: new Files(
      `${name}-files`,
      {
        ...common,
        plain: Object.assign({}, ...ofNodes) as Record<string, pulumi.Output<string>>,
        secret: { "rpc-secret": secrets.rpcSecret, "metrics-token": secrets.metricsToken, "access-key.json": secrets.accessKeyFile },
      },
      opts,
    ),
    proxy: new Files(
      `${name}-proxy-files`,
      {
        ...common,
        plain: { "haproxy.cfg": renderStoreServer(topology, proxyPath("server.crt")), "server.crt": certificate.certificatePem },
        secret: { "server.crt.key": certificate.privateKeyPem },
      },
      opts,
    ),
  };
}

function peersOf(identities: readonly (GarageIdentity & { node: GarageMember })[]): pulumi.Output<GaragePeer[]> {
  return pulumi.all(identities.map(({ id, node }) => id.apply((key): GaragePeer => ({ id: key, address: hostPort(node) }))));
}
