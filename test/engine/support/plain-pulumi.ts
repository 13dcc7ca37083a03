import { spawn } from "node:child_process";
import path from "node:path";
import { Server, ServerCredentials, type UntypedServiceImplementation, type handleUnaryCall } from "@grpc/grpc-js";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import { GetRequiredPluginsResponse, RunResponse, type GetRequiredPluginsRequest, type RunRequest } from "@pulumi/pulumi/proto/language_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { runProgram } from "./program";

/** A project, and how the Pulumi CLI is run on it. */
export interface PlainProject {
  /** Directory of Pulumi.yaml. */
  directory: string;
  /** Path of the Pulumi CLI. */
  command: string;
  environment: NodeJS.ProcessEnv;
}

/**
 * Runs `pulumi <args>` as a user of the official CLI does. That CLI starts the program through its Node language host, which no package
 * registry has; here a few lines stand for it, and start what it starts: Pulumi's own runner, in a process of its own, on `main` of the
 * project. What this does not show is the host's search for plugins.
 *
 * @returns what the CLI printed.
 */
export async function plainPulumi(project: PlainProject, ...args: string[]): Promise<string> {
  const server = new Server();
  server.addService(LanguageRuntimeService, languageHost(project));
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => (error ? reject(error) : resolve(bound)));
  });
  try {
    const host = ["--non-interactive", `--client=127.0.0.1:${port}`, "--exec-kind", "auto.inline", "--cwd", project.directory];
    return (await runProgram(project.command, [...args, ...host], { environment: project.environment })).stdout;
  } finally {
    server.forceShutdown();
  }
}

function languageHost({ directory, environment }: PlainProject): UntypedServiceImplementation {
  const getRequiredPlugins: handleUnaryCall<GetRequiredPluginsRequest, GetRequiredPluginsResponse> = (_call, answer) =>
    answer(null, new GetRequiredPluginsResponse());
  const getPluginInfo: handleUnaryCall<unknown, PluginInfo> = (_call, answer) => {
    const info = new PluginInfo();
    info.setVersion("1.0.0");
    answer(null, info);
  };
  const run: handleUnaryCall<RunRequest, RunResponse> = ({ request }, answer) => {
    const runner = require.resolve("@pulumi/pulumi/cmd/run");
    const options = ["--project", request.getProject(), "--stack", request.getStack(), "--pwd", request.getPwd()];
    const engine = ["--monitor", request.getMonitorAddress(), "--engine", request.getArgsList()[0] ?? "", "--parallel", "16"];
    const mode = request.getDryrun() ? ["--dry-run"] : [];
    const child = spawn(process.execPath, [runner, ...options, ...engine, ...mode, path.join(directory, "stacks")], {
      stdio: ["ignore", "ignore", "inherit"],
      env: {
        ...environment,
        PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().entries())),
        PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
      },
    });
    child.once("close", (code) => {
      const response = new RunResponse();
      if (code !== 0) response.setError(`the program ended with code ${code}`);
      answer(null, response);
    });
  };
  return { getRequiredPlugins, getPluginInfo, run };
}
