import { policies } from "ha-registry-policy-aws/dist/policies";
import { testPack } from "../support/pack";

// What holds for every policy of the pack. That the engine takes the pack is shown by test/engine/aws-policy.test.ts.

testPack("aws", policies);
