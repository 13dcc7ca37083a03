import { resolveTopology } from "ha-registry-core";
import type { Report } from "ha-registry-tools";
import { writeClientFiles } from "./client-files";
import type { Environment } from "./environment";
import { hostsOf } from "./hosts";
import { ensureKnownHosts, forgetHost, stepDown, untouched } from "./lost-host";
import { operate } from "./operate";
import { preflight } from "./preflight";
import { probeNewStore } from "./probe";
import { summary } from "./progress";
import { clearLock, isFree, mend } from "./unlock";
import { openStack, readOutputs, type Outputs } from "./workspace";

/** Options of `up`. */
export interface UpOptions {
  /** Clears the lock of a run that crashed. */
  clearLock?: boolean;
  /** Name of a host that is lost for good: what the state has of it is forgotten first. */
  lostHost?: string;
  /** Name of a host that is away: what is on it is left as it is. */
  withoutHost?: string;
  /** Prints a summary as JSON, and nothing else, on standard output. */
  json?: boolean;
  /** Prints the password also where standard output is no terminal. */
  showSecrets?: boolean;
}

/** Makes the registry what its configuration says, and tells how to use it. */
export async function up(environment: Environment, options: UpOptions, report: Report): Promise<void> {
  const { name } = environment;
  const { lostHost, withoutHost } = options;
  const hosts = hostsOf(name, environment.config).filter((host) => host.name === "" || host.name !== withoutHost);
  const withoutGrafana = await preflight(name, environment.config, hosts, report);
  const open = await openStack(environment, "create", report, { withoutGrafana });
  if (options.clearLock === true) await clearLock(environment, open, report);
  else if (isFree(environment)) await mend(environment, open, report);
  if (lostHost !== undefined) await forgetHost(environment, open, lostHost, report);
  const going = await ensureKnownHosts(environment, open, hosts, withoutHost);
  await probeNewStore(environment, open, report);
  await stepDown(environment, going, report);
  const exclude = withoutHost === undefined ? {} : { exclude: await untouched(environment, open, withoutHost) };
  const { result, progress } = await operate(environment, open, report, (common) =>
    open.stack.up({ ...common, refresh: true, ...exclude }),
  );
  const values = Object.entries(result.outputs).map(([key, { value }]): [string, unknown] => [key, value]);
  const outputs = readOutputs(name, Object.fromEntries(values));
  const caFile = writeClientFiles(environment, outputs);
  const { endpoint, hostname, authority } = outputs;
  if (options.json === true) {
    const fields = { environment: name, changes: progress.counts, seconds: progress.seconds, endpoint, hostname, authority, caFile };
    process.stdout.write(`${JSON.stringify(fields, null, 2)}\n`);
    return;
  }
  const use = {
    name,
    outputs,
    caFile,
    image: resolveTopology(name, environment.config.registry).images.registry,
    showPassword: options.showSecrets === true || process.stdout.isTTY,
  };
  process.stdout.write(`\n${name}: ${summary(progress.counts)} (${progress.seconds} s)\n\n${howToUse(use)}\n`);
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
    ["Metrics", metricsEndpoint],
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
