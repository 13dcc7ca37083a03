import { DockerCli, type EngineAddress } from "ha-registry-tools";
import type { OpenStack } from "./workspace";

/** A resource as the state has it. */
export interface StateResource {
  /** Pulumi's name for it. */
  urn: string;
  /** Type, as `docker:index/container:Container`. */
  type: string;
  /** Whether it is a real object and no component. */
  custom: boolean;
  /** What Docker knows a container by. */
  id?: string;
  /** The provider that made it, as `<urn>::<id>`. */
  provider?: string;
  /** Whether Pulumi refuses to delete it. */
  protect?: boolean;
  /** Properties as they were asked for; secrets among them are encrypted. */
  inputs?: Record<string, unknown>;
  /** Properties as they are; secrets among them are encrypted. */
  outputs?: Record<string, unknown>;
  /** When it was made, ISO 8601. */
  created?: string;
  /** What it depends on. */
  dependencies?: string[];
  /** The same by property. */
  propertyDependencies?: Record<string, string[] | null>;
}

/** A state, as far as it is needed here. */
export interface State {
  /** What exists. */
  resources: StateResource[];
  /** What was under way when a run ended without an end. */
  pendingOperations: { type: string; resource: StateResource }[];
}

/** Types of the Docker objects that are told apart. */
export const types = {
  container: "docker:index/container:Container",
  network: "docker:index/network:Network",
  volume: "docker:index/volume:Volume",
  provider: "pulumi:providers:docker",
  password: "random:index/randomPassword:RandomPassword",
  privateKey: "tls:index/privateKey:PrivateKey",
  certificateRequest: "tls:index/certRequest:CertRequest",
  certificate: "tls:index/locallySignedCert:LocallySignedCert",
  caCertificate: "tls:index/selfSignedCert:SelfSignedCert",
} as const;

/** What `pulumi stack export` prints, as far as it is needed here. */
interface Exported {
  deployment?: { resources?: StateResource[]; pending_operations?: State["pendingOperations"] };
}

/** Reads the state of a stack; its secrets stay encrypted. */
export async function readState({ pulumi }: Pick<OpenStack, "pulumi">): Promise<State> {
  const { deployment } = JSON.parse(await pulumi("stack", "export")) as Exported;
  return { resources: deployment?.resources ?? [], pendingOperations: deployment?.pending_operations ?? [] };
}

/**
 * Takes resources out of a state, and with them every pending operation: nothing is done to the objects themselves. Others lose their
 * dependence on them. Secrets stay encrypted on the way.
 *
 * @param gone URNs.
 */
export async function forget({ pulumi, feed }: Pick<OpenStack, "pulumi" | "feed">, gone: ReadonlySet<string>): Promise<void> {
  const exported = JSON.parse(await pulumi("stack", "export")) as Exported;
  const { deployment } = exported;
  if (deployment === undefined) return;
  const stays = (urn: string): boolean => !gone.has(urn);
  const resources = (deployment.resources ?? []).filter(({ urn }) => stays(urn));
  for (const resource of resources) {
    if (resource.dependencies !== undefined) resource.dependencies = resource.dependencies.filter(stays);
    for (const [property, urns] of Object.entries(resource.propertyDependencies ?? {})) {
      if (urns !== null) Object.assign(resource.propertyDependencies ?? {}, { [property]: urns.filter(stays) });
    }
  }
  const rest = { ...deployment, resources };
  delete rest.pending_operations;
  await feed(JSON.stringify({ ...exported, deployment: rest }), "stack", "import");
}

/** The Docker Engine that a resource is on: that of its provider. */
export function engineOf({ provider = "" }: Pick<StateResource, "provider">, resources: readonly StateResource[]): DockerCli {
  const inputs = resources.find(({ urn, id }) => provider === `${urn}::${id ?? ""}`)?.inputs ?? {};
  return new DockerCli(addressIn(inputs));
}

/** The address that a provider was given; undefined for the one of the environment. */
function addressIn({ host, certPath, sshOpts }: Record<string, unknown>): EngineAddress | undefined {
  if (typeof host !== "string") return undefined;
  return {
    dockerHost: host,
    ...(typeof certPath === "string" ? { certificatesPath: certPath } : {}),
    ...(typeof sshOpts === "string" ? { sshOptions: JSON.parse(sshOpts) as string[] } : {}), // Pulumi keeps lists of a provider as JSON
  };
}

/** Name of the Docker object that a resource stands for. */
export function objectName({ inputs, urn }: StateResource): string {
  const name = inputs?.["name"];
  return typeof name === "string" ? name : (urn.split("::").at(-1) ?? urn);
}
