import { resolveAwsTopology, resolveKubernetesTopology, resolveTopology } from "ha-registry-core";
import type { Report } from "ha-registry-tools";
import { applyAnywhere, type ApplyOptions } from "./apply";
import { isOnDocker, type AnyEnvironment } from "./environment";
import { isOnAws } from "../schema/stack-config";
import { print, printJson } from "./print";
import { summary } from "./progress";
import type { Outputs } from "./workspace";

/** Options of `up`. */
export interface UpOptions extends ApplyOptions {
  /** Prints a summary as JSON, and nothing else, on standard output. */
  json?: boolean;
  /** Prints the password also where standard output is no terminal. */
  showSecrets?: boolean;
}

/** Makes the registry what its configuration says, and tells how to use it. */
export async function up(environment: AnyEnvironment, options: UpOptions, report: Report): Promise<void> {
  const { name } = environment;
  const { progress, outputs, caFile } = await applyAnywhere(environment, options, report);
  const { endpoint, hostname, authority } = outputs;
  if (options.json === true) {
    printJson({ environment: name, changes: progress.counts, seconds: progress.seconds, endpoint, hostname, authority, caFile });
    return;
  }
  const use = {
    name,
    outputs,
    caFile,
    image: registryImage(environment),
    showPassword: options.showSecrets === true || process.stdout.isTTY,
  };
  print("", `${name}: ${summary(progress.counts)} (${progress.seconds} s)`, "", howToUse(use));
}

/** The image of the registry's own nodes, which whoever runs it surely has. */
function registryImage(environment: AnyEnvironment): string {
  const { name } = environment;
  if (isOnDocker(environment)) return resolveTopology(name, environment.config.registry).images.registry;
  const { config } = environment;
  return (isOnAws(config) ? resolveAwsTopology(name, config.registry) : resolveKubernetesTopology(name, config.registry)).images.registry;
}

/** What `up` ends with. */
export interface Use {
  /** Name of the environment. */
  name: string;
  outputs: Outputs;
  /** Path of the CA's certificate; undefined when clients are taken to trust the registry already. */
  caFile: string | undefined;
  /** An image that is on the machine, for the first push. */
  image: string;
  /** Whether the password is shown, or only how to read it. */
  showPassword: boolean;
}

/** Where the registry is, who may come in, and commands to paste. */
export function howToUse({ name, outputs, caFile, image, showPassword }: Use): string {
  const { endpoint, authority, credentials, metricsEndpoint } = outputs;
  const { username, password } = credentials;
  const readPassword = `npx ha-registry outputs ${name} --value credentials.password`;
  const facts = [
    ["Endpoint", endpoint],
    ["CA certificate", caFile ?? "(your own)"],
    ...(username === ""
      ? []
      : [
          ["User", username],
          ["Password", showPassword ? password : readPassword],
        ]),
    ...(metricsEndpoint === "" ? [] : [["Metrics", metricsEndpoint]]),
  ];
  const pushed = `${authority}/hello:1`;
  const commands = [
    ...(caFile === undefined
      ? []
      : ["# let docker trust the registry", `sudo install -D -m 644 ${caFile} /etc/docker/certs.d/${authority}/ca.crt`]),
    ...(username === "" ? [] : ["# log in", `${readPassword} | docker login ${authority} --username ${username} --password-stdin`]),
    "# push an image",
    `docker tag ${image} ${pushed} && docker push ${pushed}`,
  ];
  const width = Math.max(...facts.map(([label = ""]) => label.length));
  return [
    ...facts.map(([label = "", value = ""]) => `  ${label.padEnd(width)}  ${value}`),
    "",
    ...commands.map((line) => `  ${line}`),
  ].join("\n");
}
