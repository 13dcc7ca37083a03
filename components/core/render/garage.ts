import { ports } from "../layout";
import { announcedEndpoint, hostPort } from "../placement";
import type { GarageNodeTopology } from "../topology";

/** Where a node keeps its tables. */
export const garageMetadataDirectory = "/var/lib/garage/meta";

/** Where a node keeps blocks of objects. */
export const garageDataDirectory = "/var/lib/garage/data";

/** Absolute paths of the files that Garage's configuration names. */
export interface GarageFiles {
  /** What lets a node into the cluster: 64 hexadecimal digits. */
  rpcSecret: string;
  /** What lets Prometheus read the metrics. */
  metricsToken: string;
}

/** A node of the cluster, as others reach it. */
export interface GaragePeer {
  /** Its public key, 64 hexadecimal digits. */
  id: string;
  /** `address:port` of its RPC. */
  address: string;
}

/** Whether a node is open for S3 requests. */
export enum GaragePhase {
  /**
   * It finds its cluster, and S3 is open for itself alone. A node whose tables are empty refuses whoever asks with 403, since it knows no
   * key yet; a closed port sends them on to the next node.
   */
  Joining = "joining",
  /** Its tables hold what is needed to answer. */
  Serving = "serving",
}

/**
 * Configuration of one Garage node, for Garage 2.
 *
 * @param node The node.
 * @param peers The others.
 * @param files Paths inside the container.
 * @throws {TypeError} when something cannot stand in the file.
 */
export function renderGarage(node: GarageNodeTopology, peers: readonly GaragePeer[], files: GarageFiles, phase: GaragePhase): string {
  const s3Address = phase === GaragePhase.Serving ? "0.0.0.0" : "127.0.0.1";
  return `${[
    // Any one node can be lost, and what was acknowledged is read by whoever asks next.
    "replication_factor = 3",
    'consistency_mode = "consistent"',
    "",
    `metadata_dir = ${text(garageMetadataDirectory)}`,
    `data_dir = ${text(garageDataDirectory)}`,
    // LMDB with fsync, since it keeps every transaction but at the very most the last one when power fails; Garage runs SQLite in a mode
    // (WAL, synchronous=NORMAL) that may lose more, and without fsync a power loss may leave nothing that can be read.
    'db_engine = "lmdb"',
    "metadata_fsync = true",
    "data_fsync = true",
    'metadata_auto_snapshot_interval = "6h"',
    // Layers are large and compressed already: fewer, larger blocks mean fewer transactions, and compressing them again is lost time.
    'block_size = "10M"',
    'compression_level = "none"',
    "",
    `rpc_secret_file = ${text(files.rpcSecret)}`,
    `rpc_bind_addr = "0.0.0.0:${ports.garageRpc}"`,
    `rpc_public_addr = ${text(hostPort(announcedEndpoint(node)))}`,
    // Of a peer that vanished without a word nothing comes, not even a refusal; by default it would be awaited for 300 s.
    "rpc_timeout_msec = 10000",
    "bootstrap_peers = [",
    ...peers.map(({ id, address }) => `  ${text(`${id}@${address}`)},`),
    "]",
    "",
    "[s3_api]",
    `api_bind_addr = "${s3Address}:${ports.garageS3}"`,
    `s3_region = ${text(garageRegion)}`,
    "",
    // Health for everyone, metrics with a token, and no administration: that takes Garage's own program and the RPC secret.
    "[admin]",
    `api_bind_addr = "0.0.0.0:${ports.garageAdmin}"`,
    "metrics_require_token = true",
    `metrics_token_file = ${text(files.metricsToken)}`,
  ].join("\n")}\n`;
}

/** Region that requests to Garage name. */
export const garageRegion = "garage";

/** A string of TOML; none of what is let through has to be escaped. */
function text(value: string): string {
  if (!/^[A-Za-z0-9_./:@-]+$/.test(value)) throw new TypeError(`${JSON.stringify(value)} cannot stand in Garage's configuration`);
  return `"${value}"`;
}
