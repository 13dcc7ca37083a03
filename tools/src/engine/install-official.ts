// Run as a process of its own by official.ts, which ends it when the download stands still.
import { PulumiCommand } from "@pulumi/pulumi/automation";

const [, , root] = process.argv;
if (root === undefined) throw new Error("usage: install-official <directory>");

PulumiCommand.install({ root }).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
