import { once } from "node:events";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { ExitCode, Failure } from "./exit";

/**
 * Asks on the terminal.
 *
 * @param question What is about to be done; ends without a question mark.
 * @param answer What has to be typed for yes.
 * @throws {Failure} where nobody can be asked, or when the answer is another.
 */
export async function confirm(question: string, answer: string): Promise<void> {
  if (!process.stdin.isTTY) throw new Failure(`${question}\nNobody can be asked here: say --yes if that is meant.`, ExitCode.WrongUse);
  const given = await ask(`${question}\nType "${answer}" to go on: `);
  if (given.trim() !== answer) throw new Failure("Nothing was changed.");
}

/**
 * Reads a line from the terminal. Ctrl-C ends the process, Ctrl-D gives an empty line.
 *
 * @param hidden Whether what is typed stays unseen. @default false
 */
export async function ask(question: string, hidden = false): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: hidden ? nowhere : process.stderr, terminal: hidden });
  terminal.on("SIGINT", () => process.exit(ExitCode.Interrupted));
  process.stderr.write(question); // only now: the terminal has to have stopped showing what is typed
  const closed = once(terminal, "close").then(() => "");
  try {
    return await Promise.race([terminal.question("").catch(() => ""), closed]);
  } finally {
    terminal.close();
    if (hidden) process.stderr.write("\n");
  }
}
