import { announcedEndpoint } from "../placement";
import type { GarbageCollectionTopology, Topology } from "../topology";
import { answerConnections } from "./agent";

/**
 * The shell script that drops all cached descriptors, in Redis's image: `serve <CA> <login>` waits for a connection and answers `done` when the
 * server that takes writes has dropped them. Of several servers only the primary does; the replicas follow it.
 */
export function renderGarbageCacheScript({ redis }: Topology, { cacheCleaner }: GarbageCollectionTopology): string {
  const servers = redis.servers.map((server) => {
    const { address, port } = announcedEndpoint(server);
    return `"${address} ${port}"`;
  });
  return `#!/bin/sh
task=$1
ca=$2
login=$3

answer() {
  for server in ${servers.join(" ")}; do
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
  ${answerConnections(cacheCleaner.port, 'sh "$0" answer "$ca" "$login"')}
  wait $!
  ;;
esac
`;
}
