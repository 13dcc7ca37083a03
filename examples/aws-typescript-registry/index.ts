import * as pulumi from "@pulumi/pulumi";
import { Registry } from "ha-registry-aws";

const config = new pulumi.Config();

const registry = new Registry("team", {
  region: "eu-central-1",
  hostname: "registry.corp.example",
  dns: { zoneName: "corp.example", hostedZoneId: config.require("zoneId") },
  teamSize: 300,
  tags: { team: "platform" },
  nodes: { autoscaling: { maximum: 10 } },
  loadBalancer: { allowedAddressRanges: ["10.0.0.0/8"] },
  access: { users: { admin: { catalog: true }, ci: {} } },
  secrets: { passwords: { ci: config.requireSecret("ciPassword") } },
});

export const endpoint = registry.endpoint;
export const bucket = registry.bucket;
export const adminPassword = registry.credentials.password;
