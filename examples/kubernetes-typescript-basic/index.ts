import * as pulumi from "@pulumi/pulumi";
import { Registry } from "ha-registry-kubernetes";

const config = new pulumi.Config();

const registry = new Registry("team", {
  hostname: "registry.corp.example",
  teamSize: 300,
  objectStore: { s3: { bucket: "images", endpoint: "https://s3.corp.example" } },
  loadBalancer: { allowedAddressRanges: ["10.0.0.0/8"] },
  secrets: { s3AccessKey: config.requireSecret("s3AccessKey"), s3SecretKey: config.requireSecret("s3SecretKey") },
});

export const endpoint = registry.endpoint;
export const address = registry.address; // what registry.corp.example has to resolve to
export const caCertificatePem = registry.caCertificatePem;
export const adminPassword = registry.credentials.password;
