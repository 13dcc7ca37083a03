import { AccessMode } from "../shape";
import { section } from "./haproxy-text";

/** Name of the table of refused logins. */
export const refusedLoginsTable = "refused-logins";

/**
 * A table with one entry for each login that was refused within the last minute, under a key that nothing else has: how full it is stands in
 * HAProxy's metrics (`haproxy_sticktable_used`), where nothing else tells a wrong password from a client's first request, which has none and gets its 401
 * as an invitation.
 */
export function refusedLoginsSection(mode: AccessMode): string[] {
  if (mode !== AccessMode.Htpasswd) return [];
  return [section(`backend ${refusedLoginsTable}`, "stick-table type string len 36 size 10k expire 1m")];
}

/**
 * Rules of the frontend that fill it. With tokens a 401 is how an expired or narrower token is exchanged, and passwords are the
 * authorization server's business.
 */
export function refusedLoginsRules(mode: AccessMode): string[] {
  if (mode !== AccessMode.Htpasswd) return [];
  return [
    "http-request set-var(txn.shows_password) bool(true) if { req.hdr(Authorization) -m found }",
    `http-response track-sc1 uuid() table ${refusedLoginsTable} if { status 401 } { var(txn.shows_password) -m bool }`,
  ];
}
