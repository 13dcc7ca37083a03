import { createInterface } from "node:readline/promises";
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
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const given = await terminal.question(`${question}\nType "${answer}" to go on: `);
    if (given.trim() !== answer) throw new Failure("Nothing was changed.");
  } finally {
    terminal.close();
  }
}
