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
 * @param watched Directory with a certificate that others renew: HAProxy is reloaded when a file in it changes, and keeps what it has while that does not fit.
 */
export function renderBalancerScript(watched?: string): string {
  if (watched === undefined) return script("-db", "");
  // A master passes the open port on to the worker that has read the configuration anew.
  return script("-W -db", watchScript(watched));
}

function script(mode: string, watching: string): string {
  return `#!/bin/sh
haproxy ${mode} -f "$1" &
haproxy=$!
trap 'kill -USR1 "$haproxy"' TERM INT USR1
${watching}
${waitFor("haproxy", "HAProxy")}`;
}

function watchScript(directory: string): string {
  return `
state() { cat ${directory}/* | sha256sum; }
watch() {
  known=$1
  while sleep ${lookSeconds}; do
    new=$(state)
    if [ "$new" != "$known" ] && haproxy -c -q -f "$2"; then
      kill -USR2 "$haproxy"
      known=$new
    fi
  done
}
watch "$(state)" "$1" &
`;
}
