import { ports } from "../layout";
import type { BalancerTopology, HostTopology, Topology, VirtualAddressTopology } from "../topology";

/** How often the holder of the address tells that it is there, seconds. Who hears nothing for three times as long takes over. */
const advertisementSeconds = 0.5;

/** File in which the last change of state stands, `MASTER`, `BACKUP` or `FAULT`. Scripts write it, which are not root: hence not in /run. */
export const virtualAddressStateFile = "/tmp/state";

/**
 * `keepalived.conf` of one host, for keepalived 2.3 or later, run in the host's own network with `--vrrp`.
 *
 * VRRP version 3 knows no passwords, and those of version 2 crossed the network in clear. What keeps strangers from taking the address:
 * advertisements come from the addresses of the other hosts alone, and with a TTL of 255, which no packet keeps that passed a router
 * (RFC 5082). Who sits in the hosts' own network segment can answer for any address there anyway.
 *
 * @param host Name of the host.
 * @throws {TypeError} when there is no address that moves, or no such host.
 */
export function renderKeepalived({ name, hosts, loadBalancer }: Topology, host: string): string {
  const { virtualAddress, balancers } = loadBalancer;
  const index = hosts.findIndex((candidate) => candidate.name === host);
  const balancer = balancers.find((candidate) => candidate.host === host);
  if (virtualAddress === undefined) throw new TypeError("there is no virtual address");
  if (index < 0 || balancer === undefined) throw new TypeError(`there is no host ${JSON.stringify(host)}`);
  return [globalBlock(), balancerCheck(balancer), instanceBlock(name, virtualAddress, hosts, index)].join("\n");
}

function globalBlock(): string {
  return block(
    "global_defs",
    "vrrp_version 3",
    "enable_script_security",
    // Scripts need nothing of what keepalived may do.
    "script_user nobody",
    "vrrp_check_unicast_src",
    // Who takes the address tells the network at once, and once more in case that was lost. Then every ten seconds, which mends the
    // memory of a switch or client that learned otherwise, as when two hosts that could not see each other both held it.
    "vrrp_garp_master_repeat 5",
    "vrrp_garp_master_delay 1",
    "vrrp_garp_master_refresh 10",
    "vrrp_higher_prio_send_advert true",
  );
}

/**
 * The address leaves a host where no HAProxy answers. One that answers 503, since it sees no node, may keep it: nodes are the same for all
 * hosts, and so the address would leave all of them, and clients wait instead of being told.
 *
 * HAProxy is asked in its private network, since statistics may be published anywhere or nowhere. No `$` in here: it is keepalived's own.
 */
function balancerCheck({ address, replicas }: BalancerTopology): string {
  const asks = replicas.map((_, replica) => {
    const url = `http://${address}:${ports.statistics + replica}/healthz`;
    return `wget -S -T 1 -O /dev/null ${url} 2>&1 | grep -q HTTP/1`;
  });
  return block(
    "vrrp_script balancer",
    `script "/bin/sh -c '${asks.join(" || ")}'"`,
    "interval 1",
    `timeout ${replicas.length + 1}`,
    "fall 2",
    "rise 2",
    "init_fail",
  );
}

/**
 * No host is the address's home: all begin as backups and none takes it from another, so that it moves only when its holder is lost. The
 * priorities decide who takes it then: the first of the hosts that are left, before the others' patience ends.
 */
function instanceBlock(name: string, virtual: VirtualAddressTopology, hosts: readonly HostTopology[], index: number): string {
  const peers = hosts.filter((_, other) => other !== index);
  return block(
    `vrrp_instance ${name}`,
    "state BACKUP",
    "nopreempt",
    `priority ${250 - 10 * index}`,
    `advert_int ${advertisementSeconds}`,
    `virtual_router_id ${virtual.routerId}`,
    // Many clouds and switches drop multicast. There is no `interface`: the hosts may know each other by another one than clients use.
    `unicast_src_ip ${hosts[index]?.address}`,
    "unicast_ttl 255",
    block("unicast_peer", ...peers.map(({ address }) => `${address} min_ttl 255 max_ttl 255`)),
    block("virtual_ipaddress", `${virtual.address}/${virtual.prefixLength} dev ${virtual.interface}`),
    block("track_interface", virtual.interface),
    block("track_script", "balancer"),
    ...(["master", "backup", "fault"] as const).map(
      (state) => `notify_${state} "/bin/sh -c 'umask 022; echo ${state.toUpperCase()} > ${virtualAddressStateFile}'"`,
    ),
  );
}

/** A block: its header, and its lines indented. */
function block(header: string, ...lines: readonly string[]): string {
  const inner = lines.flatMap((line) => line.trimEnd().split("\n"));
  return [`${header} {`, ...inner.map((line) => `  ${line}`), "}"].join("\n") + "\n";
}
