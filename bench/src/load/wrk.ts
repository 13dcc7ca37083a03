import { writeFile } from "node:fs/promises";
import { manifestType } from "../../../test/dist/engine/support/http-client";
import type { ClientNamespace } from "../setup/client-namespace";
import { basic, type Target } from "./curl";

/** How wrk sends its requests. */
export interface RequestPlan {
  /** Path, with query if there is one. */
  path: string;
  /** Connections, each with one request at a time. */
  connections: number;
  /** How long, seconds. */
  seconds: number;
}

/** What wrk measured. */
export interface RequestFigures {
  /** Answers per second. */
  perSecond: number;
  /** Median time to the answer, milliseconds. */
  p50: number;
  /** 99th percentile of it, milliseconds. */
  p99: number;
}

/**
 * Sends GETs for a manifest over kept-alive connections without a pause.
 *
 * @param script File that is written for wrk; it holds the password.
 * @throws {Error} when an answer is missing or is no 2xx.
 */
export async function requests(client: ClientNamespace, target: Target, plan: RequestPlan, script: string): Promise<RequestFigures> {
  await writeFile(script, lua(target), { mode: 0o600 });
  const options = ["--threads", "1", "--connections", String(plan.connections), "--duration", `${plan.seconds}s`, "--script", script];
  const { stdout } = await client.run("wrk", [...options, target.endpoint + plan.path]);
  const figures = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as RequestFigures & { errors: number };
  if (figures.errors > 0 || !(figures.perSecond > 0))
    throw new Error(`wrk ${target.endpoint}${plan.path}: ${figures.errors} errors\n${stdout}`);
  return figures;
}

function lua({ credentials }: Target): string {
  return `
wrk.headers["Accept"] = ${JSON.stringify(manifestType)}
${credentials === undefined ? "" : `wrk.headers["Authorization"] = ${JSON.stringify(basic(credentials))}`}
done = function(summary, latency)
  local failed = summary.errors
  io.write(string.format(
    '\\n{"perSecond":%.3f,"p50":%.3f,"p99":%.3f,"errors":%d}\\n',
    summary.requests / summary.duration * 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    failed.connect + failed.read + failed.write + failed.status + failed.timeout
  ))
end
`;
}
