import type { Properties, Recording, Registered } from "./mocks";

/** The inputs of a container that tests ask about, as the Docker provider gets them. */
export interface ContainerInputs {
  name: string;
  image: string;
  entrypoints?: string[];
  command?: string[];
  envs?: string[];
  user?: string;
  readOnly?: boolean;
  privileged?: boolean;
  capabilities?: { adds?: string[]; drops?: string[] };
  securityOpts?: string[];
  memory?: number;
  memorySwap?: number;
  cpus?: string;
  restart?: string;
  start?: boolean;
  wait?: boolean;
  healthcheck?: { tests: string[]; retries: number };
  logDriver?: string;
  logOpts?: Record<string, string>;
  destroyGraceSeconds?: number;
  stopSignal?: string;
  networkMode?: string;
  sysctls?: Record<string, string>;
  hosts?: { host: string; ip: string }[];
  networksAdvanced?: { name: string; ipv4Address?: string }[];
  ports?: { internal: number; external: number; ip: string }[];
  mounts?: { type: string; source: string; target: string; readOnly?: boolean }[];
  labels?: { label: string; value: string }[];
  uploads?: { file: string; content: string; owner: string; group: string; permissions: string }[];
}

/** Inputs of a recorded container. */
export function containerInputs({ inputs }: Registered): ContainerInputs {
  return inputs as Properties & ContainerInputs;
}

/** Inputs of the container with a logical name. */
export function container<T>(recording: Recording<T>, name: string): ContainerInputs {
  return containerInputs(recording.get("Container", name));
}

/** Containers that run for as long as the registry is there. */
export function services<T>(recording: Recording<T>): Registered[] {
  return recording.all("Container").filter((resource) => containerInputs(resource).restart !== undefined);
}

/** Content of an uploaded file, wherever it was uploaded. */
export function uploaded<T>(recording: Recording<T>, part: string, file: string): string {
  const uploads = recording
    .all("Container")
    .filter(({ name }) => name.startsWith(`${part}-files-`))
    .flatMap((resource) => containerInputs(resource).uploads ?? []);
  const found = uploads.find((upload) => upload.file.endsWith(`/${file}`));
  if (found === undefined) throw new Error(`${file} is not among ${uploads.map((upload) => upload.file).join(", ")}`);
  return found.content;
}
