import type { GarageMember } from "../topology-common";
import type { KubernetesTopology } from "../topology-kubernetes";
import { podAddress, podPlace } from "./garage";
import type { GaragePeer } from "./garage";
import { garageScript } from "./garage-script";

/**
 * The script of a Garage node in a pod: the same as in a container, but that its address, told by the environment as `POD_IP`, changes with every start. All
 * nodes start at once, and none is healthy before it serves.
 *
 * A node keeps its connection to another one until a write to it fails, though the other has closed it. Where that one comes back at the same address, the next write does
 * fail; writes to an address that is gone are repeated by the kernel, and Garage gives up after five pings, more than a minute later. So
 *
 * - one that stops has the others write to it, as long as its address is there to refuse that;
 * - one that starts is healthy when all others that answer reach it: until then another one may not go.
 *
 * @throws {TypeError} when the topology has no Garage.
 */
export function renderGaragePodScript(topology: KubernetesTopology, node: GarageMember, peers: readonly GaragePeer[]): string {
  const { garage } = topology.objectStore;
  if (garage === undefined) throw new TypeError("the topology has no Garage");
  const addresses = peers.map(({ id, address }) => `${id}@${address}`).join(" ");
  return garageScript({
    node,
    peers,
    count: garage.nodes.length,
    bucket: garage.bucket,
    drainSeconds: topology.node.drainSeconds,
    clients: ["127.0.0.1"],
    place: { ...podPlace, rpc: podPlace.rpc.replace(podAddress, `$${podAddress}`) },
    moving: { first: first(), introduced: introduced(addresses), ended: ended(addresses) },
  });
}

function first(): string {
  return `for file in "$serving" "$joining"; do sed "s/${podAddress}/$${podAddress}/" "$file" > /tmp/\${file##*/}; done
serving=/tmp/\${serving##*/} joining=/tmp/\${joining##*/}

# Has a peer ask this node, and prints what became of it: at most so many seconds.
ask_back() { printf '{"node":"%s","body":null}' $id | timeout "$2" /garage -c "$joining" -h "$1" json-api GetNodeInfo - 2> /dev/null; }

# A peer that does not answer itself is away.
reached_by() { ask_back "$1" 15 > /tmp/reached || return 0; grep -q '"error": {}' /tmp/reached; }
`;
}

/** Bounded, since a node that some do not reach is better than none. */
function introduced(addresses: string): string {
  return `for peer in ${addresses}; do
  tries=0
  until reached_by "$peer" || [ $tries -ge 10 ] || [ $stopped = yes ]; do
    tries=$((tries + 1))
    sleep 1
  done
done
`;
}

/** The first write after the end of a connection is taken, and refused; the second one fails. */
function ended(addresses: string): string {
  return `for turn in 1 2; do
  calls=
  for peer in ${addresses}; do
    ask_back "$peer" 2 > /dev/null &
    calls="$calls $!"
  done
  wait $calls
done
`;
}
