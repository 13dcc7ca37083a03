import { ports } from "../layout";
import { s3OfGarage } from "../resolve-garage";
import type { Topology } from "../topology";
import { agentState, answerAgent, drainNoticeSeconds } from "./agent";
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
  const waiting = objectStore.garage === undefined ? "" : waitForStore(s3OfGarage(objectStore.garage).endpoint ?? "");
  return nodeScript(waiting, `echo drain > "$state"; sleep ${drainNoticeSeconds}; `);
}

/** The same in a pod, whose `preStop` has asked for no new connections before the process is told to stop. */
export function renderPodScript(): string {
  return nodeScript("", "");
}

function nodeScript(before: string, beforeStop: string): string {
  return `#!/bin/sh
${before}state=${agentState}
echo "up ready" > "$state"
${answerAgent(ports.agent, '"$state"')}

registry serve "$1" &
node=$!
trap '${beforeStop}kill -TERM "$node"' TERM INT

${waitFor("node", "the registry")}`;
}

/** Lines of a shell script that wait for the process in the variable `name`, which is `what`, and end as it does. */
export function waitFor(name: string, what: string): string {
  return `# A signal ends the wait, not ${what}.
while :; do
  wait "$${name}"
  status=$?
  kill -0 "$${name}" 2> /dev/null || exit "$status"
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
