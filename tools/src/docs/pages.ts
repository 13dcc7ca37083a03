import { readFileSync } from "node:fs";
import { join } from "node:path";
import { buildDashboards } from "../dashboards";
import {
  argumentsPage,
  awsArgumentsPage,
  ecrArgumentsPage,
  globalArgumentsPage,
  kubernetesArgumentsPage,
  renderArgumentsPage,
  renderArgumentsTable,
  renderAwsArgumentsPage,
  renderEcrArgumentsPage,
  renderGlobalArgumentsPage,
  renderKubernetesArgumentsPage,
} from "./arguments";
import { replaceBlock } from "./blocks";
import { policiesPage, renderPoliciesPage } from "./policies";

/** Path, below the repository, of the program that the README shows. */
export const examplePath = "examples/docker-typescript-registry/index.ts";

/**
 * The pages that follow from sources, by their path below the repository: the lists of arguments, the policies, the README with its example and its
 * table of arguments brought up to date, and Grafana's dashboards.
 *
 * @param repository Directory of the repository.
 */
export function renderPages(repository: string): Record<string, string> {
  const read = (path: string): string => readFileSync(join(repository, path), "utf8");
  const example = ["```ts", read(examplePath).trimEnd(), "```"].join("\n");
  const readme = replaceBlock(read("README.md"), "example", example);
  const table = ["<!-- prettier-ignore-start -->", renderArgumentsTable(repository), "<!-- prettier-ignore-end -->"].join("\n");
  const dashboards = Object.entries(buildDashboards()).map(([name, text]) => [`components/core/dashboards/${name}`, text] as const);
  return {
    [argumentsPage]: renderArgumentsPage(repository),
    [kubernetesArgumentsPage]: renderKubernetesArgumentsPage(repository),
    [awsArgumentsPage]: renderAwsArgumentsPage(repository),
    [globalArgumentsPage]: renderGlobalArgumentsPage(repository),
    [ecrArgumentsPage]: renderEcrArgumentsPage(repository),
    [policiesPage]: renderPoliciesPage(),
    "README.md": replaceBlock(readme, "arguments", table),
    ...Object.fromEntries(dashboards),
  };
}
