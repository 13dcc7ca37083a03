import { Failure, ExitCode } from "./exit";
import type { AnyEnvironment } from "./environment";
import { isUserPassword, userOf } from "./rotation";
import type { StateResource } from "./state";
import type { OpenStack } from "./workspace";

/** What `pulumi stack export --show-secrets` prints, as far as it is needed here. */
interface Decrypted {
  deployment?: { resources?: StateResource[] };
}

/**
 * The generated password of a user, out of the state. It stays in this process.
 *
 * @throws {Failure} when there is none.
 */
export async function generatedPassword({ name }: AnyEnvironment, { pulumi }: OpenStack, user: string): Promise<string> {
  const { deployment } = JSON.parse(await pulumi("stack", "export", "--show-secrets")) as Decrypted;
  const passwords = (deployment?.resources ?? []).filter(isUserPassword);
  const result = passwords.find((each) => userOf(name, each) === user)?.outputs?.["result"];
  const plain = isSecret(result) ? (JSON.parse(result.plaintext) as unknown) : result;
  if (typeof plain === "string") return plain;
  const users = passwords.map((each) => userOf(name, each)).join(", ");
  throw new Failure(`There is no generated password of ${user}; there are those of ${users || "nobody"}.`, ExitCode.WrongUse);
}

/** A secret as an export with secrets in plain text has it. */
function isSecret(value: unknown): value is { plaintext: string } {
  return typeof value === "object" && value !== null && "plaintext" in value;
}
