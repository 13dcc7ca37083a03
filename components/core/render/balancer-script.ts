import { fenceAtStartVariable, passingFence } from "./haproxy-fence";
import { waitFor } from "./node-script";

/** How often it is looked whether a certificate has changed, seconds. A pod sees a changed secret within about a minute. */
const lookSeconds = 10;

/** How long a HAProxy that is to go still takes connections, seconds: until no host sends it any. */
export const withdrawalSeconds = 10;

/**
 * The shell script that is the first process of a pod with HAProxy. Its argument is the path of the configuration.
 *
 * Told to stop, whatever signal the image is stopped with, HAProxy lets transfers under way finish.
 *
 * @param fence Name and port at which garbage collection says whether pushes are fenced, which HAProxy is told as it starts.
 * @param watched Directory with a certificate that others renew: HAProxy is reloaded when a file in it changes, and keeps what it has while that does not fit.
 */
export function renderBalancerScript({ watched, fence }: { watched?: string; fence?: string } = {}): string {
  const asking = fence === undefined ? "" : `export ${fenceAtStartVariable}="$(timeout 2 nc ${fence} < /dev/null 2> /dev/null)"\n`;
  if (watched === undefined) return script("-db", asking, "");
  // A master passes the open port on to the worker that has read the configuration anew.
  return script("-W -db", asking, watchScript(watched, fence));
}

function script(mode: string, before: string, watching: string): string {
  return `#!/bin/sh
${before}haproxy ${mode} -f "$1" &
haproxy=$!
trap 'kill -USR1 "$haproxy"' TERM INT USR1
${watching}
${waitFor("haproxy", "HAProxy")}`;
}

/** A HAProxy that is reloaded knows nothing of a fence at first: while there is one, that waits. */
function watchScript(directory: string, fence: string | undefined): string {
  const isOpen =
    fence === undefined
      ? ""
      : `case "$(timeout 2 nc ${fence} < /dev/null 2> /dev/null)" in "${passingFence.open}" | "") ;; *) continue ;; esac\n      `;
  return `
state() { cat ${directory}/* | sha256sum; }
watch() {
  known=$1
  while sleep ${lookSeconds}; do
    new=$(state)
    if [ "$new" != "$known" ] && haproxy -c -q -f "$2"; then
      ${isOpen}kill -USR2 "$haproxy"
      known=$new
    fi
  done
}
watch "$(state)" "$1" &
`;
}
