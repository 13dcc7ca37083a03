import type { NamingTopology } from "../topology-audit";
import { ociError, quote } from "./haproxy-text";

/** What an event of the audit log can be. */
export enum AuditAction {
  /** A manifest was sent, under a tag or by its digest: from then on the image is there. */
  Push = "push",
  /** A manifest was fetched. */
  Pull = "pull",
  /** A manifest, a tag or a blob was deleted. */
  Delete = "delete",
  /** A blob was sent to its end. */
  PushBlob = "push-blob",
  /** A blob was fetched, whole or in part: see `bytes_sent`. */
  PullBlob = "pull-blob",
  /** A blob of another repository was taken over. */
  Mount = "mount",
  /** Repositories, tags or referrers were listed. */
  List = "list",
  /** User and password, or a token, were not let in. */
  LoginRefused = "login-refused",
  /** The collector's own: the buffer was full, and what came then stands in HAProxy's log on standard output alone. */
  BufferFull = "buffer-full",
}

/** What these rules are made of; every substrate's topology fits. */
export interface AuditedTopology {
  /** Audit log; none when absent. */
  audit?: { blobs: boolean };
  /** How images have to be named; as clients like when absent. */
  naming?: NamingTopology;
}

/** File descriptor to which HAProxy writes events. It is a file in memory that the collector takes them from, so that neither waits for the other. */
export const auditDescriptor = 3;

const manifest = "^/v2/.+/manifests/[^/]+$";
const blob = "^/v2/.+/blobs/[^/]+$";
const upload = "^/v2/.+/blobs/uploads/[^/]+$";
const uploads = "^/v2/.+/blobs/uploads/?$";

/** Events are what is logged at this level; all other lines go to standard output alone. */
const eventLevel = "notice";

/** Where events go, beside standard output. */
export function auditTarget({ audit }: AuditedTopology): string[] {
  if (audit === undefined) return [];
  return [`log fd@${auditDescriptor} len 8192 format raw local0 ${eventLevel}`, "unique-id-format %[uuid]"];
}

/**
 * What a request names. The registry compares decoded paths, so we do, too; control characters, with which a name could begin a line of its own in
 * the log, become question marks.
 */
export function nameRules({ audit, naming }: AuditedTopology): string[] {
  if (audit === undefined && naming === undefined) return [];
  return [
    "http-request set-var(txn.path) path,url_dec,regsub([[:cntrl:]],?,g)",
    `acl on_manifest var(txn.path) -m reg ${manifest}`,
    `acl on_blob var(txn.path) -m reg ${blob}`,
    `acl on_uploads var(txn.path) -m reg ${uploads}`,
    "acl in_repository var(txn.path) -m reg '^/v2/.+/(manifests|blobs|tags|referrers)/'",
    `http-request set-var(txn.repository) 'var(txn.path),regsub("^/v2/(.+)/(manifests|blobs|tags|referrers)/.*","\\1"),bytes(0,300)' if in_repository`,
    `http-request set-var(txn.reference) 'var(txn.path),regsub("^.*/",""),bytes(0,200)' if on_manifest or on_blob`,
  ];
}

/** What a request is to the audit log. Whoever is refused by a later rule, or by the registry, has an event, too. */
export function auditRules({ audit }: AuditedTopology): string[] {
  if (audit === undefined) return [];
  const action = (name: AuditAction, condition: string): string => `http-request set-var(txn.action) str(${name}) if ${condition}`;
  const parameter = (name: string): string => `url_param(${name}),url_dec,regsub([[:cntrl:]],?,g),bytes(0,200)`;
  const blobs = [
    `acl on_upload var(txn.path) -m reg ${upload}`,
    action(AuditAction.PullBlob, "{ method GET } on_blob"),
    action(AuditAction.PushBlob, "{ method PUT } on_upload"),
    `http-request set-var(txn.reference) ${parameter("digest")} if { method PUT } on_upload`,
  ];
  return [
    "http-request set-var(txn.claims) bool(true) if { req.hdr(Authorization) -m found }",
    action(AuditAction.Push, "{ method PUT } on_manifest"),
    action(AuditAction.Pull, "{ method GET } on_manifest"),
    action(AuditAction.Delete, "{ method DELETE } on_manifest or { method DELETE } on_blob"),
    action(AuditAction.Mount, "{ method POST } on_uploads { url_param(mount) -m found }"),
    `http-request set-var(txn.reference) ${parameter("mount")} if { method POST } on_uploads`,
    action(AuditAction.List, "{ method GET } { var(txn.path) -m reg '^/v2/(_catalog/?|.+/tags/list/?|.+/referrers/[^/]+)$' }"),
    ...(audit.blobs ? blobs : []),
    `http-request set-log-level ${eventLevel} if { var(txn.action) -m found }`,
    ...resultRules,
  ];
}

const resultRules = [
  "acl claims var(txn.claims) -m bool",
  "http-after-response set-var(txn.result) str(failed)",
  "http-after-response set-var(txn.result) str(done) if { status lt 400 }",
  "http-after-response set-var(txn.result) str(refused) if { status 400 401 403 405 429 }",
  "http-after-response set-var(txn.result) str(missing) if { status 404 }",
  // The first request of a client carries no Authorization, and gets its 401 as an invitation.
  "http-after-response set-log-level info if { status 401 } !claims",
  `http-after-response set-var(txn.action) str(${AuditAction.LoginRefused}) if { status 401 } claims`,
  // Nobody looked at the password of who gave too many wrong ones.
  `http-after-response set-var(txn.action) str(${AuditAction.LoginRefused}) if { status 429 } claims { var(txn.path) -m reg ^/v2/?$ }`,
  `http-after-response set-log-level ${eventLevel} if { var(txn.action) -m str ${AuditAction.LoginRefused} }`,
  // Nothing was taken over: the client is asked to send the blob.
  `http-after-response set-log-level info if { var(txn.action) -m str ${AuditAction.Mount} } { status 202 }`,
];

/** Pushes under names that do not fit are refused: by their repository before anything is sent, by their tag, which comes last, at the end. */
export function namingRules({ naming, audit }: AuditedTopology): string[] {
  if (naming === undefined) return [];
  const { repositories, tags, exempt, expectedTag, expectedRepository } = naming;
  const exemption = exempt.map((pattern) => `acl may_be_named_as_it_likes var(txn.repository) -m reg -- ${quote(pattern)}`);
  const unlessExempt = exempt.length === 0 ? "" : " !may_be_named_as_it_likes";
  const named = "{ method PUT } on_manifest";
  const rules = [...exemption];
  if (repositories !== undefined) {
    const refusal = ociError(400, "NAME_INVALID", expectedRepository);
    rules.push(`acl repository_fits var(txn.repository) -m reg -- ${quote(repositories)}`);
    const misnamed = `{ method POST } on_uploads !repository_fits${unlessExempt}`;
    // Without this the audit log would not know of it: the begin of an upload is no event.
    if (audit !== undefined) {
      rules.push(
        `http-request set-var(txn.action) str(${AuditAction.Push}) if ${misnamed}`,
        `http-request set-log-level ${eventLevel} if ${misnamed}`,
      );
    }
    rules.push(
      `http-request return ${refusal} if ${misnamed}`,
      `http-request return ${refusal} if ${named} !repository_fits${unlessExempt}`,
    );
  }
  if (tags !== undefined) {
    rules.push(
      "acl names_no_image var(txn.reference) -m reg '^sha[0-9]+:|^sha[0-9]+-[0-9a-f]{64}'",
      `acl tag_fits var(txn.reference) -m reg -- ${quote(tags)}`,
      `http-request return ${ociError(400, "TAG_INVALID", expectedTag)} if ${named} !names_no_image !tag_fits${unlessExempt}`,
    );
  }
  return rules;
}
