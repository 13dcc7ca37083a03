import https from "node:https";
import { isIP } from "node:net";
import { TLSSocket } from "node:tls";
import type { Topology } from "ha-registry-core";
import type { Outputs } from "./workspace";

/** How long an endpoint may take, milliseconds. */
const patience = 10_000;

/** A place where clients are served, and what came back from it. */
export interface EndpointStatus {
  /** `https://host:port`. */
  url: string;
  /** Whether the registry answered as one. */
  answers: boolean;
  /** HTTP status of `/v2/`: 200, or 401 where a login is asked for. */
  status?: number;
  /** How long it took, milliseconds. */
  milliseconds?: number;
  /** The certificate that it showed. */
  certificate?: ServedCertificate;
  /** Why it does not answer. */
  problem?: string;
}

/** A certificate as clients see it. */
export interface ServedCertificate {
  /** Serial number, hexadecimal digits. */
  serialNumber: string;
  /** When it ends, ISO 8601. */
  expires: string;
}

/** Asks the registry as clients do: at its own address, and of several hosts at each one's. */
export async function askEndpoints(topology: Topology, { caCertificatePem }: Pick<Outputs, "caCertificatePem">): Promise<EndpointStatus[]> {
  const { hostname, endpoint, hosts, loadBalancer } = topology;
  const { port } = loadBalancer;
  const each = hosts.flatMap(({ address }) => (address === undefined ? [] : [{ url: `https://${address}:${port}`, host: address }]));
  const asked = [{ url: endpoint, host: hostname }, ...each].map(({ url, host }) => ask(url, host, port, hostname, caCertificatePem));
  return Promise.all(asked);
}

async function ask(url: string, host: string, port: number, hostname: string, ca: string): Promise<EndpointStatus> {
  const start = Date.now();
  let certificate: ServedCertificate | undefined;
  const told = await new Promise<{ status: number } | { error: Error }>((resolve) => {
    const request = https.get({
      host,
      port,
      path: "/v2/",
      headers: { host: `${hostname}:${port}` },
      agent: false,
      timeout: patience,
      ...(isIP(hostname) === 0 ? { servername: hostname } : {}),
      ...(ca === "" ? {} : { ca }),
    });
    request.once("socket", (socket) =>
      socket.once("secureConnect", () => (certificate = socket instanceof TLSSocket ? shownOn(socket) : undefined)),
    );
    request.once("timeout", () => request.destroy(new Error(`no answer within ${patience / 1000} s`)));
    request.once("error", (error) => resolve({ error }));
    request.once("response", (response) => resolve({ status: response.resume().statusCode ?? 0 }));
  });
  const found = { url, ...(certificate === undefined ? {} : { certificate }) };
  const milliseconds = Date.now() - start;
  if ("status" in told) return { ...found, ...judge(told.status), status: told.status, milliseconds };
  // A registry that wants a certificate of its clients is well, and shows its own first.
  if (/certificate required|handshake failure/.test(told.error.message) && certificate !== undefined)
    return { ...found, answers: true, milliseconds };
  return { ...found, answers: false, problem: told.error.message };
}

function judge(status: number): { answers: boolean; problem?: string } {
  return status === 200 || status === 401 ? { answers: true } : { answers: false, problem: `it answers ${status}` };
}

function shownOn(socket: TLSSocket): ServedCertificate | undefined {
  const shown = socket.getPeerX509Certificate();
  return shown && { serialNumber: shown.serialNumber, expires: new Date(shown.validTo).toISOString() };
}

/** Whole days until a time; negative when it is over. */
export function daysUntil(time: string, now = Date.now()): number {
  return Math.floor((Date.parse(time) - now) / 86_400_000);
}
