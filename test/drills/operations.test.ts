import { manyOperations } from "./support/operations";

manyOperations(100_000);
