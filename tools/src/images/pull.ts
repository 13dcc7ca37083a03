import { spawn } from "node:child_process";

import { withHeartbeat, type Report } from "../progress";
import type { DockerCli } from "./docker";

/** What came of a pull. */
export type PullOutcome =
  | { kind: "pulled" }
  /** The registry does not answer: no use in asking it for anything else. */
  | { kind: "unreachable"; reason: string }
  /** The registry answered, and does not give it. */
  | { kind: "refused"; reason: string };

/** How long the registry may take until it says that it has the image, in milliseconds. */
const ANSWER_TIMEOUT_MS = 10_000;

const UNREACHABLE =
  /no such host|connection refused|no route to host|network is unreachable|i\/o timeout|timeout exceeded|deadline exceeded|TLS handshake|server misbehaving|connection reset|proxyconnect|certificate|EOF/i;

/** Pulls an image. Only the registry's first answer is waited for a limited time: after that the line may be as slow as it likes. */
export async function pullImage(docker: DockerCli, reference: string, report: Report): Promise<PullOutcome> {
  return await withHeartbeat(report, `pulling ${reference}`, () => pull(docker, reference));
}

function pull(docker: DockerCli, reference: string): Promise<PullOutcome> {
  return new Promise((resolve, reject) => {
    const child = spawn("docker", ["pull", reference], {
      env: { ...process.env, ...docker.environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let timedOut = false;
    let errors = "";
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill();
    }, ANSWER_TIMEOUT_MS);
    // The first line, `<tag>: Pulling from <repository>`, comes when the registry has named the manifest.
    child.stdout.once("data", () => clearTimeout(timer)).resume();
    child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    child.once("error", reject);
    child.once("close", (code) => {
      clearTimeout(timer);
      const reason = errors.trim();
      if (code === 0) resolve({ kind: "pulled" });
      else if (timedOut) resolve({ kind: "unreachable", reason: `no answer within ${ANSWER_TIMEOUT_MS / 1000} s` });
      else resolve({ kind: UNREACHABLE.test(reason) ? "unreachable" : "refused", reason });
    });
  });
}

/** The registry that a reference names, as Docker reads it. */
export function registryOf(reference: string): string {
  const [first = "", ...rest] = reference.split("/");
  return rest.length > 0 && (first.includes(".") || first.includes(":") || first === "localhost") ? first : "docker.io";
}
