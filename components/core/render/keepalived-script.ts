import { filesDirectory } from "./content";

/** keepalived's configuration; a file of this name right below the volume of files tells where it lies at the moment. */
export const keepalivedFile = "keepalived.conf";

/** Process that holds the address. */
export const vrrpPidFile = "/run/vrrp.pid";

/** How long a configuration may go unnoticed, seconds. */
const noticeSeconds = 1;

/**
 * The shell script that is the first process beside keepalived: it has keepalived read its configuration again when that changes. To replace
 * keepalived would take the address from the host, and with it every connection there.
 *
 * Before keepalived starts, the script waits until the others have noticed what they were told: one that does not know a new host tells it
 * nothing, and so that would take the address for free.
 */
export function renderKeepalivedScript(): string {
  return `#!/bin/sh
configuration=/run/keepalived.conf

# Takes a new configuration; fails when there is none. The file that names it is away for a moment while it is replaced.
take() {
  next=$(cat ${filesDirectory}/${keepalivedFile} 2> /dev/null) && [ -s "$next" ] && ! cmp -s "$next" $configuration &&
    cp "$next" $configuration.part && mv $configuration.part $configuration
}

trap exit TERM INT
sleep ${2 * noticeSeconds}
rm -f $configuration
until take; do sleep ${noticeSeconds}; done
keepalived --dont-fork --log-console --vrrp --pid /run/keepalived.pid --vrrp_pid ${vrrpPidFile} --use-file $configuration &
keepalived=$!
trap 'kill -TERM $keepalived' TERM INT
while kill -0 $keepalived 2> /dev/null; do
  sleep ${noticeSeconds} &
  wait $!
  if take; then kill -HUP $keepalived; fi
done
wait $keepalived
`;
}
