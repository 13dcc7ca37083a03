import type { Report } from "ha-registry-tools";
import type { AnyEnvironment } from "./environment";
import { ExitCode, Failure } from "./exit";
import { generatedPassword } from "./passwords";
import { print } from "./print";
import { openStack, readOutputs, type Outputs } from "./workspace";

/** Options of `outputs`. */
export interface OutputsOptions {
  /** Prints everything as JSON, the password in plain text. */
  json?: boolean;
  /** Prints one value alone, by its path, as `credentials.password`. */
  value?: string;
  /** Prints the generated password of a user alone. */
  passwordOf?: string;
  /** Prints the password in the listing. */
  showSecrets?: boolean;
}

/** Prints the outputs of a registry. */
export async function outputs(environment: AnyEnvironment, options: OutputsOptions, report: Report): Promise<void> {
  const open = await openStack(environment, "existing", report);
  if (options.passwordOf !== undefined) {
    print(await generatedPassword(environment, open, options.passwordOf));
    return;
  }
  const { pulumi } = open;
  const values = readOutputs(environment.name, JSON.parse(await pulumi("stack", "output", "--json", "--show-secrets")) as object);
  if (options.value !== undefined) process.stdout.write(`${valueAt(values, options.value)}\n`);
  else if (options.json === true) process.stdout.write(`${JSON.stringify(values, null, 2)}\n`);
  else process.stdout.write(listing(values, options.showSecrets === true));
}

/** The value at a path, as text. */
function valueAt(outputs: Outputs, path: string): string {
  let value: unknown = outputs;
  for (const key of path.split(".")) {
    value = typeof value === "object" && value !== null ? new Map(Object.entries(value)).get(key) : undefined;
  }
  if (value === undefined)
    throw new Failure(`There is no output ${path}; there are ${Object.keys(outputs).join(", ")}.`, ExitCode.WrongUse);
  return typeof value === "string" ? value : JSON.stringify(value);
}

function listing(outputs: Outputs, showSecrets: boolean): string {
  const { clientConfig, caCertificatePem, credentials, ...others } = outputs;
  const lines = [
    ...Object.entries(others),
    ["credentials.username", credentials.username],
    ["credentials.password", showSecrets ? credentials.password : "(--show-secrets)"],
    ["clientConfig", Object.keys(clientConfig).join(", ")],
  ];
  return `${lines.map(([key, value]) => `${key}: ${value}`).join("\n")}\n${caCertificatePem}`;
}
