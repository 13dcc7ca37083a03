import * as pulumi from "@pulumi/pulumi";
import { Registry } from "ha-registry-docker";

const config = new pulumi.Config();

const registry = new Registry("team", {
  hostname: "registry.corp.example",
  teamSize: 40,
  nodes: { count: 3, drainSeconds: 600 },
  loadBalancer: { port: 443, allowedAddressRanges: ["10.0.0.0/8"] },
  access: { users: { admin: { catalog: true }, ci: {} } },
  settings: { uploadPurgeAgeHours: 72 },
  secrets: { passwords: { ci: config.requireSecret("ciPassword") } },
});

export const endpoint = registry.endpoint;
export const caCertificatePem = registry.caCertificatePem;
export const adminPassword = registry.credentials.password;
