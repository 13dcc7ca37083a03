import { ImageName, imageTable, ports, users } from "ha-registry-core";
import { docker } from "../../../test/dist/engine/support/docker";

/** Where a baseline's container runs. */
export interface Place {
  /** Stack whose label it carries, so that it goes with it. */
  stack: string;
  /** Name of the container. */
  name: string;
  /** Name of the Docker network. */
  network: string;
  /** Its fixed address there. */
  address: string;
  /** Volume with the certificate. @default - none */
  filesVolume?: string;
}

/** Runs HAProxy with `config` as its whole configuration. */
export async function startHaproxy(place: Place, config: string): Promise<void> {
  const write = 'printf %s "$CONFIG" > /tmp/haproxy.cfg && exec haproxy -db -f /tmp/haproxy.cfg';
  const user = `${users.haproxy}:${users.haproxy}`; // who may read the certificate
  const options = [
    "--user",
    user,
    "--tmpfs",
    "/tmp",
    "--env",
    `CONFIG=${config}`,
    "--env",
    `HA_REGISTRY_STATISTICS_PORT=${ports.statistics}`,
  ];
  await start(place, [...options, "--entrypoint", "sh", reference(ImageName.Haproxy), "-c", write]);
}

/**
 * What one would write by hand to get to a node at all.
 *
 * @param certificate Path of certificate and key, for TLS. @default - in clear
 */
export function minimalHaproxy(nodeAddress: string, certificate?: string): string {
  return `
global
  maxconn 2000
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend clients
  bind :${ports.balancer}${certificate === undefined ? "" : ` ssl crt ${certificate}`}
  default_backend nodes
backend nodes
  server node ${nodeAddress}:${ports.registry}
`;
}

/**
 * The deployed configuration with nothing changed but TLS taken off.
 *
 * @throws {Error} when it has no such line.
 */
export function withoutTls(config: string): string {
  const bind = new RegExp(`^(\\s*bind :${ports.balancer}) ssl .*$`, "m");
  if (!bind.test(config)) throw new Error("haproxy.cfg has no line `bind :PORT ssl …` to take TLS off");
  return config.replace(bind, "$1");
}

/** A place in a bucket. */
export interface BucketPlace {
  /** `http://address:port`. */
  endpoint: string;
  region: string;
  bucket: string;
  /** Directory in the bucket. */
  directory: string;
  accessKey: string;
  secretKey: string;
}

/**
 * Runs a registry as its image comes: one container, nothing configured but where it stores.
 *
 * @param storage Name of a volume, which is made, or a place in a bucket.
 * @param certificate Path of certificate and key, for TLS. @default - in clear
 */
export async function startBareRegistry(place: Place, storage: string | BucketPlace, certificate?: string): Promise<void> {
  const tls =
    certificate === undefined ? [] : ["CERTIFICATE", "KEY"].flatMap((file) => ["--env", `REGISTRY_HTTP_TLS_${file}=${certificate}`]);
  const store = typeof storage === "string" ? await inVolume(place, storage) : inBucket(storage);
  await start(place, [...store, ...tls, reference(ImageName.Registry)]);
}

async function inVolume({ stack }: Place, volume: string): Promise<string[]> {
  await docker.command("volume", "create", "--label", `ha-registry=${stack}`, volume);
  return ["--volume", `${volume}:/var/lib/registry`];
}

function inBucket({ endpoint, region, bucket, directory, accessKey, secretKey }: BucketPlace): string[] {
  const s3 = {
    REGIONENDPOINT: endpoint,
    REGION: region,
    BUCKET: bucket,
    ROOTDIRECTORY: directory,
    ACCESSKEY: accessKey,
    SECRETKEY: secretKey,
    FORCEPATHSTYLE: "true",
    SECURE: "false",
  };
  const variables = ["REGISTRY_STORAGE=s3", ...Object.entries(s3).map(([name, value]) => `REGISTRY_STORAGE_S3_${name}=${value}`)];
  return ["--env", "REGISTRY_STORAGE_REDIRECT_DISABLE=true", ...variables.flatMap((variable) => ["--env", variable])];
}

async function start({ stack, name, network, address, filesVolume }: Place, options: string[]): Promise<void> {
  const files = filesVolume === undefined ? [] : ["--volume", `${filesVolume}:/files:ro`];
  await docker.command(
    "run",
    "--detach",
    "--name",
    name,
    "--label",
    `ha-registry=${stack}`,
    "--network",
    network,
    "--ip",
    address,
    ...files,
    ...options,
  );
}

function reference(name: ImageName): string {
  const { repository, tag } = imageTable[name];
  return `${repository}:${tag}`;
}
