import type { Endpoint } from "../topology";
import { answerConnections } from "./agent";

/**
 * The shell script that drops all cached descriptors, in Redis's image: `serve <CA> <login>` waits for a connection and answers `done` when the
 * server that takes writes has dropped them. Of several servers only the primary does; the replicas follow it.
 *
 * @param servers Redis servers, at addresses or DNS names.
 * @param port Where it listens.
 */
export function renderGarbageCacheScript(servers: readonly Endpoint[], port: number): string {
  const words = servers.map((server) => `"${server.address} ${server.port}"`);
  return `#!/bin/sh
task=$1
ca=$2
login=$3

answer() {
  for server in ${words.join(" ")}; do
    # Unquoted on purpose: address and port. The password goes by standard input, which nobody else can see.
    set -- $server
    result=$({ cat "$login"; echo FLUSHDB; } | timeout 5 redis-cli --tls --cacert "$ca" -h "$1" -p "$2" 2>&1 | tail -n 1)
    if [ "$result" = OK ]; then
      echo done
      return
    fi
  done
}

case "$task" in
answer) answer ;;
serve)
  trap 'exit 0' INT TERM
  ${answerConnections(port, 'sh "$0" answer "$ca" "$login"')}
  wait $!
  ;;
esac
`;
}
