import { describe } from "node:test";
import { testOperations } from "./support/operations";

/** Some three hours on two cores; `HA_REGISTRY_OPERATIONS` asks for another number. */
const COUNT = Number(process.env["HA_REGISTRY_OPERATIONS"] ?? 100_000);

describe("docker and regctl lose nothing while part after part dies, for long", () => testOperations(COUNT));
