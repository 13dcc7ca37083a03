import { describe } from "node:test";
import { testOperations } from "../drills/support/operations";

/** What two cores do in six minutes; `HA_REGISTRY_OPERATIONS` asks for another number. The drill `operations` does 100,000. */
const COUNT = Number(process.env["HA_REGISTRY_OPERATIONS"] ?? 3000);

describe("three hosts: docker and regctl lose nothing while part after part dies", () => testOperations(COUNT));
