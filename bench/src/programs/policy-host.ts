import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { credentials } from "@grpc/grpc-js";
import { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import {
  AnalyzeRequest,
  AnalyzerResource,
  AnalyzerResourceOptions,
  AnalyzeStackRequest,
  type AnalyzeDiagnostic,
  type AnalyzeResponse,
} from "@pulumi/pulumi/proto/analyzer_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { Planned } from "../../../test/dist/policy/support/judge";

/** What runs packs for the engine. */
const runner = require.resolve("@pulumi/pulumi/cmd/run-policy-pack");

/** A policy pack in a process of its own, which is asked as the engine asks it. */
export class PolicyHost {
  private constructor(
    private readonly child: ChildProcess,
    private readonly client: AnalyzerClient,
  ) {}

  /** Starts the pack in a directory; it can be asked when it has told its port. */
  static async start(directory: string): Promise<PolicyHost> {
    const child = spawn(process.execPath, [runner, "127.0.0.1:0", directory], { cwd: directory, stdio: ["ignore", "pipe", "inherit"] });
    const [port] = (await once(createInterface(child.stdout), "line")) as [string];
    return new PolicyHost(child, new AnalyzerClient(`127.0.0.1:${port}`, credentials.createInsecure()));
  }

  /** Has every resource judged, then all of them together, and returns what was found. */
  async judge(stack: string, planned: readonly Required<Pick<Planned, "name" | "type" | "properties" | "protect">>[]): Promise<string[]> {
    const resources = planned.map(({ name, type, properties, protect }) => ({
      name,
      type,
      urn: `urn:pulumi:${stack}::bench::${type}::${name}`,
      // What JSON has not, a plan has not either.
      properties: Struct.fromJavaScript(JSON.parse(JSON.stringify(properties)) as Record<string, never>),
      options: new AnalyzerResourceOptions().setProtect(protect),
    }));
    const found: AnalyzeDiagnostic[] = [];
    for (const { name, type, urn, properties, options } of resources) {
      const request = new AnalyzeRequest().setName(name).setType(type).setUrn(urn).setProperties(properties).setOptions(options);
      found.push(...(await this.#ask((answer) => this.client.analyze(request, answer))));
    }
    const all = resources.map(({ name, type, urn, properties, options }) =>
      new AnalyzerResource().setName(name).setType(type).setUrn(urn).setProperties(properties).setOptions(options),
    );
    const request = new AnalyzeStackRequest().setResourcesList(all);
    found.push(...(await this.#ask((answer) => this.client.analyzeStack(request, answer))));
    return found.map((diagnostic) => `${diagnostic.getPolicyname()}: ${diagnostic.getMessage()}`);
  }

  #ask(call: (answer: (error: Error | null, response: AnalyzeResponse) => void) => unknown): Promise<AnalyzeDiagnostic[]> {
    return new Promise((resolve, reject) => {
      call((error, response) => (error === null ? resolve(response.getDiagnosticsList()) : reject(error)));
    });
  }

  /** Ends it. */
  async end(): Promise<void> {
    this.client.close();
    const ended = once(this.child, "exit");
    this.child.kill();
    await ended;
  }
}
