import { ports } from "../layout";
import type { KubernetesTopology } from "../topology-kubernetes";
import type { KubernetesGarbageCollectionTopology } from "../topology-kubernetes-parts";
import { metricsHead } from "./agent";
import { collectorScript, staleSeconds } from "./garbage-collector-script";
import { passingFence, podAddressVariable } from "./haproxy-fence";

/** Whom containers of the same pod reach. */
const sameHost = "127.0.0.1";

/**
 * How long a collection waits before it says anything, seconds: longer than DNS and the hosts' networks take to tell of pods that are there, and of this one to them.
 */
const settleSeconds = 45;

/** How long who has come since a collection began may be silent, seconds: it may be a collector that has yet to find out that it has come in vain. */
const newcomerSeconds = 60;

/** How long a pod waits until DNS tells of it, seconds. */
const appearSeconds = 120;

/**
 * The shell script of garbage collection in a pod, in rclone's image. `job`, the path of rclone's configuration, and where in it the store is, collects once and ends:
 * with 0 for success, and with 3 when another collection is under way. `ready` succeeds while balancers may report.
 *
 * Who has to report is what the DNS name of all participants tells, balancers and collectors alike, ready or not, until they are gone. The pod goes only by an answer in which it
 * stands itself: in there is everybody who was there before it. Every other address in there has to report, and a collector reports to nobody. So
 *
 * - of two collectors one stands in the answer of the other, which then never says a word: only one ever speaks to balancers, whoever started them;
 * - a balancer that was there before is waited for, also one that is going: it may still have requests under way;
 * - a balancer that comes later asks the collector before it starts, hears it within a second afterwards, and ends the collection when it has been there for a while;
 * - a balancer that goes, or is reloaded for a new certificate, ends the collection: it no longer reports, or its process is younger than what its predecessor may still have
 *   under way.
 *
 * A balancer whose reports do not come opens by itself after 5.5 seconds, and whatever runs here is ended before (see `haproxy-fence.ts`). A pod that is gone can remove nothing.
 */
export function renderKubernetesCollectorScript({ node }: KubernetesTopology, collection: KubernetesGarbageCollectionTopology): string {
  return collectorScript(collection, {
    marker: { address: sameHost, port: ports.marker },
    cacheCleaner: { address: sameHost, port: ports.cacheCleaner },
    words: passingFence,
    functions: `${metricsHead}${participantFunctions(collection, node.drainSeconds)}`,
    balancers: "",
    reporter: "0-9a-f.:",
    expected: '  balancers=$(cat /tmp/balancers)\n  [ -n "$balancers" ] || return 1\n',
    runningSeconds: node.drainSeconds,
    isOpen: { reads: "raised weight", condition: '[ "$weight" -lt 50 ]' },
    tell: { functions: "", call: "" },
    tasks: jobTasks(node.drainSeconds),
  });
}

function participantFunctions({ participantsHost }: KubernetesGarbageCollectionTopology, drainSeconds: number): string {
  return `
# Everybody who takes part but ourselves. An answer without ourselves is older than we are.
look() {
  nslookup ${participantsHost} 2> /dev/null | sed -n '/^Name:/,$ s/^Address[ 0-9]*: *\\([0-9a-f.:]*\\).*$/\\1/p' | sort -u > /tmp/found
  grep -qxF "$${podAddressVariable}" /tmp/found || return 1
  grep -vxF "$${podAddressVariable}" /tmp/found > /tmp/others
  expected > /tmp/balancers.part
  mv /tmp/balancers.part /tmp/balancers
}

# All of them, and once anything was said, those of then, and others that have been there for a while.
expected() {
  [ -e /tmp/known ] || { cat /tmp/others; return; }
  cat /tmp/known
  grep -vxFf /tmp/known /tmp/others | while read -r other; do
    [ -e "/tmp/since.$other" ] || now > "/tmp/since.$other"
    [ $(($(now) - $(cat "/tmp/since.$other"))) -lt ${newcomerSeconds} ] || echo "$other"
  done
}

# Those who do not report, or are too young.
silent() {
  moment=$(now)
  for balancer in $(cat /tmp/balancers); do
    { read -r at _ _ _ _ running < "/tmp/report.$balancer"; } 2> /dev/null || { at=0 running=0; }
    [ $((moment - at)) -le ${staleSeconds} ] && [ "$running" -gt ${drainSeconds} ] || echo "$balancer"
  done
}

# The first process's own word, which is in the log already.
tell() { say "$1" 2> /dev/null; }

# Balancers answer nobody at this port.
another_collects() {
  for other in $(cat /tmp/balancers); do
    [ -z "$(timeout 2 nc "$other" ${ports.fence} < /dev/null 2> /dev/null)" ] || return 0
  done
  return 1
}
`;
}

function jobTasks(drainSeconds: number): string {
  // What is rolled just now has to drain, and what is new to grow old.
  const patience = 2 * drainSeconds + 300;
  return `now) collect_alone ;;
ready) [ -e /tmp/ready ] ;;
job)
  trap 'exit 1' INT TERM
  until look; do
    [ "$(now)" -lt \${end:=$(($(now) + ${appearSeconds}))} ] || { tell "DNS does not tell of this pod: nothing is collected"; exit 1; }
    sleep 1
  done
  if another_collects; then
    tell "a collection is under way"
    exit 3
  fi
  while :; do look; sleep 1; done &
  answer ${ports.fenceReports} report
  : > /tmp/ready
  settled=$(($(now) + ${settleSeconds})) end=$(($(now) + ${patience}))
  until [ "$(now)" -ge $settled ] && [ -s /tmp/balancers ] && [ -z "$(silent)" ]; do
    [ "$(now)" -lt $end ] || { tell "not everybody reports, as $(silent | head -n 1): a balancer that is cut off, or another collection"; exit 1; }
    sleep 1
  done
  cp /tmp/balancers /tmp/known
  answer ${ports.fence} fence
  sh "$self" now "$RCLONE_CONFIG" "$store" > /dev/null 2>&1 & wait $!
  exit $?
  ;;`;
}
