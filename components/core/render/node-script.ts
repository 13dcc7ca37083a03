import { ports } from "../layout";
import { s3OfGarage } from "../resolve-garage";
import type { Topology } from "../topology";
import { answerAgent, drainNoticeSeconds } from "./agent";
import { storeHealthPath } from "./haproxy-store";

/** There while a node waits for its store. */
export const waitingFile = "/tmp/waiting";

/**
 * The shell script that is a node's first process. Its argument is the path of the registry's configuration.
 *
 * A registry that is told to stop closes its port at once, and a connection that is just being made is cut off: without the script, one
 * upload in some thousands failed at every roll on a busy machine. So the script first tells the balancers, which ask an agent port
 * (HAProxy's agent-check), that no new connection is wanted, waits until they know, and only then stops the registry, which lets
 * transfers under way finish.
 *
 * Where the store is Garage, which nodes reach by the balancer of their host, the registry starts when that balancer is there: on a new host
 * balancers of others would send it requests before it can answer them.
 */
export function renderNodeScript({ objectStore }: Topology): string {
  return `#!/bin/sh
${objectStore.garage === undefined ? "" : waitForStore(s3OfGarage(objectStore.garage).endpoint ?? "")}state=/tmp/agent
echo "up ready" > "$state"
${answerAgent(ports.agent, '"$state"')}

registry serve "$1" &
node=$!
trap 'echo drain > "$state"; sleep ${drainNoticeSeconds}; kill -TERM "$node"' TERM INT

# A signal ends the wait, not the registry.
while :; do
  wait "$node"
  status=$?
  kill -0 "$node" 2> /dev/null || exit "$status"
done
`;
}

function waitForStore(endpoint: string): string {
  return `trap exit TERM INT
: > ${waitingFile}
until wget -q -T 2 -O /dev/null ${endpoint}${storeHealthPath} 2> /dev/null; do sleep 0.2; done
rm ${waitingFile}
`;
}
