import { PolicyPack } from "@pulumi/policy";
import { policies } from "./policies";

new PolicyPack("ha-registry-aws", { policies: [...policies] });
