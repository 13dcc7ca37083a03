import { spawn } from "node:child_process";
import { appendFile } from "node:fs/promises";
import { constants as access, accessSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/** How a command is run. */
export interface CommandOptions {
  /** Working directory. @default - the caller's */
  cwd?: string;
  /** Variables added to the caller's environment; undefined removes one. @default - none */
  environment?: Readonly<Record<string, string | undefined>>;
  /** After how many milliseconds the command is killed. @default - never */
  timeoutMs?: number;
  /** File that the command's lines are added to. @default - none */
  log?: string;
  /** What the command reads from standard input. @default - nothing */
  input?: string;
  /** Gets each line of standard error as it comes. @default - nobody */
  onErrorLine?: (line: string) => void;
}

/** How a command ended. */
export interface CommandResult {
  /** Exit code; -1 when it was killed or could not be started. */
  code: number;
  /** Standard output, whole. */
  stdout: string;
  /** Standard error, whole, or why the command could not be started. */
  stderr: string;
}

/** A command that had to succeed and did not. */
export class CommandError extends Error {
  /** @param command What was run, for people. */
  constructor(
    readonly command: string,
    readonly result: CommandResult,
  ) {
    super(`\`${command}\` failed (${result.code}): ${lastLines(result.stderr || result.stdout, 20)}`);
    this.name = "CommandError";
  }
}

/** Runs a command to its end, whatever that is; there is no shell. */
export async function runCommand(command: string, args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const child = spawn(command, [...args], {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...process.env, ...options.environment },
    stdio: ["pipe", "pipe", "pipe"],
    ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs, killSignal: "SIGKILL" }),
  });
  child.stdin.on("error", () => undefined); // a command need not read to the end
  child.stdin.end(options.input ?? "");
  let stdout = "";
  let stderr = "";
  let rest = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) options.onErrorLine?.(line);
  });
  const result = await new Promise<CommandResult>((resolve) => {
    child.once("error", (error) => resolve({ code: -1, stdout, stderr: error.message }));
    child.once("close", (code) => resolve({ code: code ?? -1, stdout, stderr }));
  });
  if (options.log !== undefined) await appendFile(options.log, `$ ${command} ${args.join(" ")}\n${stdout}${stderr}= ${result.code}\n`);
  return result;
}

/**
 * Runs a command that has to succeed.
 *
 * @throws {CommandError} when it does not.
 */
export async function runChecked(command: string, args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const result = await runCommand(command, args, options);
  if (result.code !== 0) throw new CommandError([command, ...args].join(" "), result);
  return result;
}

/** The first executable file of that name in the directories of `$PATH` and `more`; undefined if there is none. */
export function findExecutable(name: string, more: readonly string[] = []): string | undefined {
  const directories = [...(process.env["PATH"] ?? "").split(delimiter), ...more].filter((directory) => directory !== "");
  return directories.map((directory) => join(directory, name)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, access.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** The last lines of a command's output, without blank ones. */
export function lastLines(text: string, count: number): string {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.slice(-count).join("\n");
}
