import { answerConnections } from "./agent";

/**
 * The shell script that has the registry find out what nothing refers to, in the registry's image. `serve <configuration>` waits for a connection,
 * reads from it what is wanted (`blobs`, or `untagged`: manifests without a tag, too) and writes a line for each thing, and `done` at last.
 * Nothing is changed: the registry's own sweep knows no age, and takes blobs of a push that is under way.
 *
 * @param port Where it listens.
 */
export function renderGarbageMarkerScript(port: number): string {
  return `#!/bin/sh
task=$1
configuration=$2

answer() {
  read -r wanted
  option=
  [ "$wanted" != untagged ] || option=--delete-untagged
  { registry garbage-collect --dry-run $option "$configuration" 2> /tmp/error; echo $? > /tmp/status; } | grep 'eligible for deletion: '
  # An empty store is no error: it has no repositories yet.
  if [ "$(cat /tmp/status)" = 0 ] || grep -q 'Path not found: .*/repositories' /tmp/error; then echo done; else tail -n 3 /tmp/error; fi
}

case "$task" in
answer) answer ;;
serve)
  trap 'exit 0' INT TERM
  ${answerConnections(port, 'sh "$0" answer "$configuration"')}
  wait $!
  ;;
esac
`;
}
