import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildSchema } from "./build";

// Writes the schema that editors and the program read: `npm run schema -w ha-registry`, after a change of any configuration interface.
const stacks = join(__dirname, "..", "..");
const file = join(stacks, "config", "schema.json");
writeFileSync(file, `${JSON.stringify(buildSchema(join(stacks, "schema")), null, 2)}\n`);
process.stdout.write(`${file}\n`);
