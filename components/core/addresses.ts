import { createHash } from "node:crypto";
import { isIP, isIPv4 } from "node:net";

/** 4 or 6 when `text` is an IP address that is valid on every host, so without a zone; 0 otherwise. */
export function ipVersion(text: string): number {
  return typeof text === "string" && text.includes("%") ? 0 : isIP(text);
}

/** Whether `text` is a host name (RFC 1123): labels of letters, digits and hyphens, 253 characters at the most. */
export function isHostname(text: string): boolean {
  return (
    typeof text === "string" &&
    text.length <= 253 &&
    /^(?!-)[A-Za-z0-9-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9-]{1,63}(?<!-))*$/.test(text) &&
    !/^[\d.]+$/.test(text)
  );
}

/** Whether `text` is a host name or an IP address. */
export function isHost(text: string): boolean {
  return ipVersion(text) !== 0 || isHostname(text);
}

/** Whether `text` is `host:port`, with an IPv6 address in brackets. */
export function isHostPort(text: string): boolean {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text);
  return match !== null && isHost(match[1] ?? match[2] ?? "") && isPort(Number(match[3]));
}

/** Whether `port` can be listened on. */
export function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65535;
}

/** Whether `text` is an address or a network in CIDR notation. */
export function isAddressRange(text: string): boolean {
  if (typeof text !== "string") return false;
  const [address = "", prefix, ...rest] = text.split("/");
  const bits = ipVersion(address) === 4 ? 32 : 128;
  return ipVersion(address) !== 0 && rest.length === 0 && (prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits));
}

/**
 * Whether `text` is an absolute http or https URL without credentials in it, as it stands: what browsers mend (spaces, backslashes), other
 * programs refuse.
 */
export function isHttpUrl(text: string): boolean {
  if (!/^https?:\/\/(?:[!#$&-;=?-[\]_a-z~]|%[0-9a-f]{2})+$/i.test(text) || !URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  return (protocol === "http:" || protocol === "https:") && hostname !== "" && username === "" && password === "";
}

/** Whether `text` is a /24 of IPv4 that starts at its own base address and can be given to machines (no loopback, no multicast). */
export function isSubnet(text: string): boolean {
  const address = /^(\d.*\.0)\/24$/.exec(text)?.[1] ?? "";
  const first = Number(address.split(".", 1)[0]);
  return isIPv4(address) && first > 0 && first < 224 && first !== 127;
}

/** The address number `host` of a /24. */
export function addressIn(subnet: string, host: number): string {
  return typeof subnet === "string" ? subnet.replace(/\.0\/24$/, `.${host}`) : "";
}

/** A /24 of 10.128.0.0/9 that follows from the name alone, so that two registries on one machine rarely meet and one never moves. */
export function defaultSubnet(name: string): string {
  const digest = createHash("sha256").update(name).digest();
  return `10.${128 + (digest.readUInt8(0) % 128)}.${digest.readUInt8(1)}.0/24`;
}

/** `host:port`, with an IPv6 address in brackets; without the port where it is that of https. */
export function authority(host: string, port: number): string {
  const bracketed = ipVersion(host) === 6 ? `[${host}]` : host;
  return port === 443 ? bracketed : `${bracketed}:${port}`;
}
