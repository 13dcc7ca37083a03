import { manyOperations } from "../drills/support/operations";

manyOperations(10_000);
