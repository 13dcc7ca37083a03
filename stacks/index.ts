import * as pulumi from "@pulumi/pulumi";
import { RegistryError } from "ha-registry-core";
import { program } from "./program";

/** What plain `pulumi up` runs: it calls what this module exports, and takes the result for the stack's outputs. */
async function plainProgram(): ReturnType<typeof program> {
  try {
    return await program();
  } catch (error) {
    if (error instanceof RegistryError) throw new pulumi.RunError(error.message); // Pulumi shows it without a stack trace
    throw error;
  }
}

export = plainProgram;
