import { announcedEndpoint } from "../placement";
import type { CommonTopology, Endpoint, Member, ReplicatedTopology } from "../topology-common";
import { waitFor } from "./node-script";
import { quorum, sentinelOf } from "./sentinel";

/** A shell command that succeeds when a server answers. One that asks for a password is a healthy one, and so the check needs none. */
export function redisAnswers(ca: string, port: number): string {
  return `redis-cli --tls --cacert ${ca} -h 127.0.0.1 -p ${port} ping 2>&1 | grep -qE "PONG|NOAUTH"`;
}

/** How long sentinels may take to choose another primary once they hold the old one for down, seconds: twice what they took at worst. */
const electionSeconds = 8;

/** How long a primary that is to stop waits for another one to take over, seconds. */
const handoverSeconds = 6;

/**
 * The shell script that is a replicated server's first process. Its arguments are `serve` or `check`, and the paths of CA, login of the user
 * `control` (one AUTH command) and, to serve, configuration.
 *
 * Who is the primary is for the sentinels to say, never for a file: a server first asks them, and starts as a replica of the one that they
 * name. When they name the server itself, it has just lost what it held, and they have not noticed: it waits until they have chosen another,
 * who still has everything. Only when they cannot choose, it starts as an empty primary. Where no sentinel answers, which is when a registry
 * is made and when all power comes back, the first server is the primary; should the sentinels think otherwise later, they tell it.
 *
 * A primary that is told to stop holds back writes, so that the replicas get everything, and has the sentinels choose another one.
 *
 * `check` is the health check: a server is healthy when it is a primary, or a replica that has all that its primary has. A roll thus never takes
 * the last good copy.
 *
 * @param sentinelsComeToo Whether sentinels are started at the same time, and not when servers are healthy. Then a server waits until most of them answer: one alone, or
 * none, may not know yet who is the primary. A server that followed another one while the sentinels hold it for the primary would be waited for by all, and wait itself.
 */
export function renderRedisScript(topology: ReplicatedTopology, server: Member, sentinelsComeToo = false): string {
  const { redis } = topology;
  const { downAfterMilliseconds } = sentinelOf(topology);
  const [first] = redis.servers;
  const patience = Math.ceil(downAfterMilliseconds / 1000) + electionSeconds;
  return `#!/bin/sh
umask 077
ca=$2
login=$3
self="${words(server)}"
${askFunction(topology)}
${viewFunction(redis.sentinels)}
# Sends one command to this server.
local_command() { send 127.0.0.1 ${server.port} "$1"; }

is_primary() { [ "$(local_command ROLE | head -n 1)" = master ]; }

hand_over() {
  is_primary && [ "$(view | cut -d ' ' -f 2-3)" = "$self" ] || return
  echo "handing over to a replica"
  local_command "CLIENT PAUSE ${handoverSeconds * 1000} WRITE" > /dev/null
  for sentinel in ${redis.sentinels.map((sentinel) => `"${words(sentinel)}"`).join(" ")}; do
    # Unquoted on purpose: address and port.
    [ "$(send $sentinel "SENTINEL FAILOVER ${topology.name}")" = OK ] && break
  done
  end=$(($(date +%s) + ${handoverSeconds}))
  while [ "$(view | cut -d ' ' -f 2-3)" = "$self" ] && [ "$(date +%s)" -lt "$end" ]; do sleep 0.2; done
}

check() {
  local_command ROLE | awk 'NR == 1 { role = $0 } NR == 4 { link = $0 } END { exit !(role == "master" || link == "connected") }'
}

serve() {
  trap "exit 0" TERM INT
  cat "$1" > /data/redis.conf # the sentinels have it rewritten
${sentinelsComeToo ? waitForMost : ""}  primary=$(view | cut -d ' ' -f 2-3)
  end=$(($(date +%s) + ${patience}))
  while [ "$primary" = "$self" ] && [ "$(date +%s)" -lt "$end" ]; do
    sleep 0.5
    primary=$(view | cut -d ' ' -f 2-3)
  done
  : "\${primary:=${first === undefined ? "" : words(first)}}"
  [ "$primary" = "$self" ] || echo "replicaof $primary" >> /data/redis.conf

  redis-server /data/redis.conf &
  server=$!
  trap 'hand_over; kill -TERM "$server"' TERM INT
  # A signal ends the wait, not the server.
  while :; do
    wait "$server"
    status=$?
    kill -0 "$server" 2> /dev/null || exit "$status"
  done
}

case "$1" in
serve) serve "$4" ;;
check) check ;;
esac
`;
}

/**
 * The shell script that starts a sentinel. Its arguments are the paths of CA, login of the user `sentinel` (one AUTH command) and configuration.
 *
 * A sentinel that starts knows nothing of what happened before, so it asks the others first; it starts with who is the primary now, and
 * with the number of the last election, so that it never votes in one a second time. It waits for an election that is under way.
 *
 * @param isInit Whether the script is process 1, and stays it: a sentinel takes every child that it inherits as one for a script of its own, and complains.
 */
export function renderSentinelScript(topology: ReplicatedTopology, sentinel: Member, isInit = false): string {
  const { name, redis } = topology;
  const others = redis.sentinels.filter(({ number }) => number !== sentinel.number);
  return `#!/bin/sh
umask 077
ca=$1
login=$2
${askFunction(topology)}
${viewFunction(others)}
trap "exit 0" TERM INT
end=$(($(date +%s) + ${electionSeconds}))
while views | grep -q -e down -e failover && [ "$(date +%s)" -lt "$end" ]; do sleep 0.5; done
current=$(view)

if [ -z "$current" ]; then
  cat "$3" > /data/sentinel.conf
else
  # Unquoted on purpose: epoch, address, port, flags.
  set -- $current "$3"
  {
    grep -v -e "^sentinel monitor " -e "^sentinel known-replica " "$5"
    echo "sentinel monitor ${name} $2 $3 ${quorum}"
    for server in ${redis.servers.map((server) => `"${words(server)}"`).join(" ")}; do
      [ "$server" = "$2 $3" ] || echo "sentinel known-replica ${name} $server"
    done
    echo "sentinel config-epoch ${name} $1"
    echo "sentinel leader-epoch ${name} $1"
    echo "sentinel current-epoch $1"
  } > /data/sentinel.conf
fi
${isInit ? keptSentinel : "exec redis-server /data/sentinel.conf --sentinel\n"}`;
}

/** How long a server waits for most of the sentinels, seconds. Where most of them are away, nobody can choose another primary, either. */
const sentinelSeconds = 60;

const waitForMost = `  end=$(($(date +%s) + ${sentinelSeconds}))
  while [ "$(views | wc -l)" -lt ${quorum} ] && [ "$(date +%s)" -lt "$end" ]; do sleep 0.5; done
`;

const keptSentinel = `redis-server /data/sentinel.conf --sentinel &
sentinel=$!
trap 'kill -TERM "$sentinel"' TERM INT
${waitFor("sentinel", "the sentinel")}`;

/** `send <address> <port> <commands>` prints answers; `ask <address> <port>` what a sentinel knows: epoch, address, port, flags of the primary. */
function askFunction({ name }: CommonTopology): string {
  return `
# Passwords go by standard input, which nobody else can see. The first answer is that to AUTH.
send() {
  { cat "$login" && echo "$3"; } | timeout 2 redis-cli --tls --cacert "$ca" -h "$1" -p "$2" | tail -n +2
} 2> /dev/null

# After a fail-over, the first command names the new primary before the second does.
ask() {
  send "$1" "$2" "SENTINEL GET-MASTER-ADDR-BY-NAME ${name}
SENTINEL MASTER ${name}" |
    awk 'NR == 1 { address = $0 } NR == 2 { port = $0 } NR > 2 && NR % 2 { key = $0 } NR > 2 && !(NR % 2) { value[key] = $0 }
      END { if (value["config-epoch"] ~ /^[0-9]+$/) print value["config-epoch"], address, port, value["flags"] }'
}
`;
}

/** `views` asks all of `sentinels` at once and prints what they answer, the newest last; `view` prints that one alone. */
function viewFunction(sentinels: readonly Member[]): string {
  return `
views() {
  {
${sentinels.map((sentinel) => `    ask ${words(sentinel)} &\n`).join("")}    wait
  } | sort -n
}
view() { views | tail -n 1; }
`;
}

/** Address and port as two words. */
function words(member: Member): string {
  const { address, port }: Endpoint = announcedEndpoint(member);
  return `${address} ${port}`;
}
