import { parseReference } from "ha-registry-core";
import { collectsGarbage, Role, roleOfProgram } from "ha-registry-policy-common";
import { ofKind, refersTo, types, type Resource } from "./resources";

export { Role };

/** What policies ask of a container of a task. */
export interface Container {
  command?: string[];
  dockerSecurityOptions?: string[];
  entryPoint?: string[];
  environment?: { name?: string; value?: string }[];
  essential?: boolean;
  image?: string;
  linuxParameters?: { capabilities?: { add?: string[]; drop?: string[] } };
  logConfiguration?: { logDriver?: string; options?: Record<string, string> };
  mountPoints?: { containerPath?: string }[];
  name?: string;
  privileged?: boolean;
  readonlyRootFilesystem?: boolean;
  secrets?: { name?: string; valueFrom?: string }[];
  stopTimeout?: number;
  user?: string;
}

/** What policies ask of a task definition. */
export interface TaskDefinition {
  containerDefinitions?: string;
  family?: string;
  ipcMode?: string;
  networkMode?: string;
  pidMode?: string;
  requiresCompatibilities?: string[];
  volumes?: { hostPath?: string; name?: string }[];
}

/** What policies ask of a service. */
export interface Service {
  deploymentCircuitBreaker?: { enable?: boolean; rollback?: boolean };
  deploymentController?: { type?: string };
  deploymentMaximumPercent?: number;
  deploymentMinimumHealthyPercent?: number;
  desiredCount?: number;
  enableExecuteCommand?: boolean;
  name?: string;
  networkConfiguration?: { assignPublicIp?: boolean; subnets?: string[] };
  schedulingStrategy?: string;
  taskDefinition?: string;
}

/** The containers of a task definition; none where they are not known yet, or cannot be read. */
export function containersOf({ properties: { containerDefinitions = "[]" } }: Pick<Resource<TaskDefinition>, "properties">): Container[] {
  try {
    const parsed: unknown = JSON.parse(containerDefinitions);
    return Array.isArray(parsed) ? (parsed as Container[]) : [];
  } catch {
    return [];
  }
}

/** The name of a container, as messages have it. */
export function nameOf({ name = "?" }: Container): string {
  return `the container "${name}"`;
}

/** What a container is for. */
export function roleOf(container: Container): Role | undefined {
  const { command = [], entryPoint = [], environment = [], image, mountPoints = [], secrets = [] } = container;
  return roleOfProgram({
    image: image === undefined ? undefined : parseReference(image)?.repository?.split("/").at(-1),
    words: [...entryPoint, ...command],
    environment: [...environment, ...secrets].map(({ name = "" }) => `${name}=`),
    targets: mountPoints.map(({ containerPath = "" }) => containerPath),
  });
}

/** The containers of a task definition that serve as registries; what only prepares something, or collects garbage, does not. */
export function registriesOf(task: Pick<Resource<TaskDefinition>, "properties">): Container[] {
  return containersOf(task).filter(
    (container) => container.essential !== false && roleOf(container) === Role.Registry && !collects(container),
  );
}

/** Whether a container runs the registry's own garbage collection. */
export function collects({ command = [], entryPoint = [] }: Container): boolean {
  return collectsGarbage([...entryPoint, ...command]);
}

/** Kinds of what {@link registryServices} looks at. */
export const serviceKinds = [types.service, types.taskDefinition] as const;

/** A service that keeps registries running. */
export interface RegistryService {
  service: Resource<Service>;
  task: Resource<TaskDefinition>;
}

/** Services that keep registries running. */
export function registryServices(resources: readonly Resource[]): RegistryService[] {
  const tasks = ofKind<TaskDefinition>(resources, types.taskDefinition).filter((task) => registriesOf(task).length > 0);
  return ofKind<Service>(resources, types.service).flatMap((service) => {
    const task = tasks.find((each) => runs(service, each));
    return task === undefined ? [] : [{ service, task }];
  });
}

function runs(service: Resource<Service>, task: Resource<TaskDefinition>): boolean {
  const { taskDefinition } = service.properties;
  // A service may name a family, or one revision of it.
  const family = taskDefinition?.split("/").at(-1)?.split(":")[0];
  return refersTo(service, "taskDefinition", taskDefinition, task) || refersTo(service, "taskDefinition", family, task);
}

/** Whether a container's registry is set by environment variables alone, so that what is not among them is not set. */
export function isSetByVariables(container: Container): boolean {
  const { command = [], entryPoint = [], mountPoints = [] } = container;
  return (
    variablesOf(container).some((name) => name.startsWith("REGISTRY_STORAGE")) && [...mountPoints, ...command, ...entryPoint].length === 0
  );
}

/** Names of a container's environment variables, also of those that come from secrets. */
export function variablesOf({ environment = [], secrets = [] }: Container): string[] {
  return [...environment, ...secrets].flatMap(({ name }) => name ?? []);
}
