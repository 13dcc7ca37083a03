import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { RegistryError } from "ha-registry-core";

import { lastLines, runCommand } from "../command";
import { requiredVersion } from "../images/go";
import { toolsPath } from "../images/paths";

/** Projects whose custom resources a test may want. */
export type DefinitionsOf = "cert-manager" | "gateway-api" | "prometheus-operator";

/** Where each has them: Go module, and directory of YAML files in it. */
const sources: Readonly<Record<DefinitionsOf, { module: string; directory: string }>> = {
  "cert-manager": { module: "github.com/cert-manager/cert-manager", directory: "deploy/crds" },
  "gateway-api": { module: "sigs.k8s.io/gateway-api", directory: "config/crd/standard" },
  "prometheus-operator": { module: "github.com/prometheus-operator/prometheus-operator", directory: "example/prometheus-operator-crd" },
};

/**
 * Paths of the YAML files with the CustomResourceDefinitions of a project, from its Go module. Go keeps what it downloads, and checks it
 * against the go.sum of `tools/kubernetes-definitions`.
 *
 * @throws {RegistryError} when the module is not to be had.
 */
export async function definitionFiles(project: DefinitionsOf): Promise<string[]> {
  const { module, directory } = sources[project];
  const cwd = toolsPath("kubernetes-definitions");
  const version = requiredVersion(await readFile(join(cwd, "go.mod"), "utf8"), module);
  // With the version: else Go would want to know all that the module needs itself.
  const { code, stdout, stderr } = await runCommand("go", ["mod", "download", "-json", `${module}@${version}`], {
    cwd,
    environment: { GOFLAGS: "", GOWORK: "off" },
  });
  if (code !== 0) throw new RegistryError("go mod download", [{ path: module, message: lastLines(stderr || stdout, 20) }]);
  const files = join((JSON.parse(stdout) as { Dir: string }).Dir, directory);
  return (await readdir(files)).filter((name) => name.endsWith(".yaml")).map((name) => join(files, name));
}
