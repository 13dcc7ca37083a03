import { Registry } from "ha-registry-docker";
import { obey } from "./child";

obey(({ name, args }) => {
  const { endpoint, caCertificatePem, credentials } = new Registry(name, args);
  return { endpoint, caCertificatePem, credentials };
});
