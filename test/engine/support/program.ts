import { spawn } from "node:child_process";

/** How a program is run. */
export interface RunOptions {
  /** Environment. @default this process's own */
  environment?: NodeJS.ProcessEnv;
  /** What it reads from standard input. @default nothing */
  input?: string | Buffer;
  /** How long it may take, seconds. @default 300 */
  seconds?: number;
}

/** What a program printed. */
export interface Printed {
  stdout: string;
  stderr: string;
}

/**
 * Runs a program and waits for its end.
 *
 * @throws {Error} with its standard error when it fails, or takes too long.
 */
export async function runProgram(file: string, args: readonly string[], options: RunOptions = {}): Promise<Printed> {
  const { environment = process.env, input, seconds = 300 } = options;
  const child = spawn(file, args, { env: environment, stdio: ["pipe", "pipe", "pipe"], timeout: seconds * 1000 });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
  child.stdin.on("error", () => undefined); // a program may end without reading everything
  child.stdin.end(input);
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (...how) => resolve(how));
  });
  const printed = { stdout: Buffer.concat(stdout).toString("utf8"), stderr: Buffer.concat(stderr).toString("utf8") };
  if (code === 0) return printed;
  const shown = args.length > 12 ? [...args.slice(0, 12), "…"] : args;
  throw new Error(`${file} ${shown.join(" ")}: ended with ${signal ?? `code ${code}`}\n${printed.stderr || printed.stdout.slice(-2000)}`);
}
