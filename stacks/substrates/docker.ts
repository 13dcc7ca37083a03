import { Registry } from "ha-registry-docker";
import type { Deploy } from "./substrate";

/** A registry on Docker hosts. */
export const deployOnDocker: Deploy = (name, registry, secrets) => {
  const { endpoint, hostname, authority, caCertificatePem, credentials, metricsEndpoint, clientConfig } = new Registry(name, {
    ...registry,
    secrets,
  });
  return { endpoint, hostname, authority, caCertificatePem, credentials, metricsEndpoint, clientConfig };
};
