import { ports } from "../layout";
import { announcedEndpoint, hostPort } from "../placement";
import type { Member } from "../topology-common";

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

/** Where a node is reached. */
export interface GaragePlace {
  /** `address:port` of its RPC, as others are told. */
  rpc: string;
  /** Address on which S3 is open, by phase. */
  s3: Readonly<Record<GaragePhase, string>>;
}

/** Where a node in a container is reached. */
export function containerPlace(node: Member): GaragePlace {
  return { rpc: hostPort(announcedEndpoint(node)), s3: { [GaragePhase.Joining]: "127.0.0.1", [GaragePhase.Serving]: "0.0.0.0" } };
}

/** What stands for the address of a pod in its configuration, until it starts. */
export const podAddress = "POD_IP";

/**
 * Where a node in a pod is reached. S3 is for the HAProxy in the same pod, which speaks TLS with others; that one looks at another address than the one that
 * is open while the node joins.
 */
export const podPlace: GaragePlace = {
  rpc: `${podAddress}:${ports.garageRpc}`,
  s3: { [GaragePhase.Joining]: "127.0.0.2", [GaragePhase.Serving]: "127.0.0.1" },
};

/**
 * Configuration of one Garage node, for Garage 2.
 *
 * @param place Where the node is reached.
 * @param peers The others.
 * @param files Paths inside the container.
 * @throws {TypeError} when something cannot stand in the file.
 */
export function renderGarage(place: GaragePlace, peers: readonly GaragePeer[], files: GarageFiles, phase: GaragePhase): string {
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
    `rpc_public_addr = ${text(place.rpc)}`,
    // Of a peer that vanished without a word nothing comes, not even a refusal; by default it would be awaited for 300 s.
    "rpc_timeout_msec = 10000",
    "bootstrap_peers = [",
    ...peers.map(({ id, address }) => `  ${text(`${id}@${address}`)},`),
    "]",
    "",
    "[s3_api]",
    `api_bind_addr = "${place.s3[phase]}:${ports.garageS3}"`,
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
