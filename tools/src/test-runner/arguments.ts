import { parseArgs } from "node:util";

import { Problems } from "ha-registry-core";

import { drillSuite, testSuites, type Suite } from "./suites";

/** What is to be run. */
export interface Plan {
  /** Suites, in the order in which they run. */
  suites: readonly Suite[];
  /** Parts of file names, one of which must match; no restriction if empty. */
  only: readonly string[];
}

/**
 * Understands `test [suite…] [--only part]… [--exclude suite]…` and `drill [part…]`.
 *
 * @throws {RegistryError} naming everything that it does not understand.
 */
export function parseArguments([command, ...args]: readonly string[]): Plan {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { only: { type: "string", multiple: true, default: [] }, exclude: { type: "string", multiple: true, default: [] } },
  });
  if (command === "drill") return { suites: [drillSuite], only: [...positionals, ...values.only] };

  const problems = new Problems();
  const known = testSuites.map(({ name }) => name);
  const check = (path: string, names: readonly string[]): void => {
    for (const name of names) problems.require(known.includes(name), path, `there is no suite "${name}", only ${known.join(", ")}`);
  };
  problems.require(command === "test", "command", `"${command}" is neither test nor drill`);
  check("suite", positionals);
  check("--exclude", values.exclude);
  problems.throwIfAny("test runner");
  const wanted = testSuites.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  return { suites: wanted.filter(({ name }) => !values.exclude.includes(name)), only: values.only };
}
