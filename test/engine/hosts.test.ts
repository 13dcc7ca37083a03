import { describe } from "node:test";
import { testOperations } from "../drills/support/operations";

/** The drill `operations` does ten times as many. */
const COUNT = 10_000;

describe("three hosts: docker and regctl lose nothing while part after part dies", () => testOperations(COUNT));
