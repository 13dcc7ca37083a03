import { PolicyPack } from "@pulumi/policy";
import { policies } from "./policies";

new PolicyPack("ha-registry-kubernetes", { policies: [...policies] });
