import type { ClientNamespace } from "../setup/client-namespace";

/** After how many seconds a transfer is given up. */
const timeoutSeconds = 120;

/** Where a client sends its requests, and as whom. */
export interface Target {
  /** `https://address:port` or `http://address:port`. */
  endpoint: string;
  /** File with the CA that is trusted. @default - none is needed */
  caFile?: string;
  /** User name and password. @default - none is sent */
  credentials?: { username: string; password: string };
}

/** The value of an Authorization header. */
export function basic({ username, password }: { username: string; password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

/** What is fetched. */
export interface DownloadPlan {
  /** Path on the server. */
  path: string;
  /** How many times, one after the other. */
  times: number;
  /** Version of HTTP that the client asks for over TLS. Docker and containerd pull over 1.1. @default "1.1" */
  http?: "1.1" | "2";
}

/**
 * Fetches a file several times over one connection, and throws the bytes away.
 *
 * @returns the speed in MB/s (10^6 bytes) of all transfers together, the connection's handshake included.
 * @throws {Error} when a transfer fails or is no 200.
 */
export async function download(client: ClientNamespace, target: Target, plan: DownloadPlan): Promise<number> {
  const { stdout } = await client.run("curl", ["--config", "-"], { input: configuration(target, plan) });
  const transfers = stdout
    .trim()
    .split("\n")
    .map((line) => line.split(" ").map(Number));
  const { path, times } = plan;
  if (transfers.length !== times || transfers.some(([status]) => status !== 200)) {
    throw new Error(`curl ${target.endpoint}${path}: ${times} × 200 were expected, and not\n${stdout}`);
  }
  const bytes = transfers.reduce((sum, [, size = 0]) => sum + size, 0);
  const seconds = transfers.reduce((sum, [, , time = 0]) => sum + time, 0);
  return bytes / seconds / 1e6;
}

/** On standard input, where no list of processes shows the password. */
function configuration({ endpoint, caFile, credentials }: Target, { path, times, http = "1.1" }: DownloadPlan): string {
  const common = [
    "silent",
    `max-time = ${timeoutSeconds}`,
    `http${http}`,
    "show-error",
    'write-out = "%{http_code} %{size_download} %{time_total}\\n"',
    ...(caFile === undefined ? [] : [`cacert = ${JSON.stringify(caFile)}`]),
    ...(credentials === undefined ? [] : [`header = ${JSON.stringify(`Authorization: ${basic(credentials)}`)}`]),
  ];
  const transfers = Array.from({ length: times }, () => [`url = ${JSON.stringify(endpoint + path)}`, 'output = "/dev/null"']);
  return [...common, ...transfers.flat()].join("\n");
}
