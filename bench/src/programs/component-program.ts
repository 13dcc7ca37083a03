import { Registry } from "ha-registry-docker";
import { runOrder } from "./child";

void runOrder(({ name, args }) => {
  const { endpoint, caCertificatePem, credentials } = new Registry(name, args);
  return { endpoint, caCertificatePem, credentials };
});
