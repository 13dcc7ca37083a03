import { program } from "./program";

// Plain `pulumi up` runs this module: Pulumi calls what it exports, and takes the result for the stack's outputs.
export = program;
