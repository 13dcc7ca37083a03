import { AccessMode, RegistryError, resolveTopology } from "ha-registry-core";
import type { Problem } from "ha-registry-core";
import type { StackConfig } from "../schema/stack-config";
import { ExitCode, Failure } from "./exit";
import { types, type StateResource } from "./state";

/** What can be made anew. */
export enum Rotation {
  /** The server's certificate, and those between the registry's parts, with their keys. */
  Certificates = "certificates",
  /** Generated passwords of users. */
  Passwords = "passwords",
  /** Passwords and certificates of Redis. */
  Redis = "redis",
}

/** How much is made anew. */
export interface RotationScope {
  /** Of passwords, that of one user. @default - all that are generated */
  user?: string;
  /** Of certificates, only those between the registry's own parts. @default false */
  inner?: boolean;
  /** Of certificates, the CA too. @default false */
  ca?: boolean;
}

/** What is replaced in a rotation; everything that is made of it follows. */
export interface RotationPlan {
  /** URNs. */
  urns: string[];
  /** Users whose passwords are among it. */
  users: string[];
  /** Names of the certificates that are made anew, as the state has them. */
  certificates: string[];
}

/**
 * Checks before anything is opened or asked whether the configuration leaves anything to make anew.
 *
 * @throws {Failure} for what the stack file gives, with what to do instead.
 */
export function checkRotation(name: string, rotation: Rotation, scope: RotationScope, config: StackConfig): void {
  const check = { [Rotation.Passwords]: checkPasswords, [Rotation.Certificates]: checkCertificates, [Rotation.Redis]: checkRedis }[
    rotation
  ];
  const problem = check(name, scope, config);
  if (problem !== undefined) throw new Failure(new RegistryError(name, [problem]).message, ExitCode.WrongUse, [problem]);
}

function checkPasswords(name: string, { user }: RotationScope, config: StackConfig): Problem | undefined {
  const { mode, users } = resolveTopology(name, config.registry).access;
  if (mode !== AccessMode.Htpasswd) return { path: "registry.access.mode", message: `is ${mode}: the registry keeps no passwords` };
  if (user !== undefined && !users.includes(user))
    return { path: "registry.access.users", message: `there is no user ${user}: there are ${users.join(", ")}` };
  const given = users.filter((each) => config.secrets?.passwords?.[each] !== undefined);
  const [yours] = user === undefined ? (given.length === users.length ? given : []) : given.filter((each) => each === user);
  if (yours === undefined) return undefined;
  const instead = `\`npx ha-registry secret ${name} passwords.${yours}\` puts another one there, then run up`;
  return { path: `secrets.passwords.${yours}`, message: `the password is yours, not a generated one: ${instead}` };
}

function checkCertificates(name: string, { inner }: RotationScope, { registry }: StackConfig): Problem | undefined {
  if (inner === true || registry?.trust?.certificatePem === undefined) return undefined;
  const instead = `put the new one there, its key with \`npx ha-registry secret ${name} privateKeyPem\`, then run up`;
  const message = `the server's certificate is yours: ${instead}. --inner makes those between the registry's parts anew`;
  return { path: "registry.trust.certificatePem", message };
}

function checkRedis(name: string, _scope: RotationScope, { registry }: StackConfig): Problem | undefined {
  const { enabled, external } = resolveTopology(name, registry).redis;
  if (!enabled) return { path: "registry.redis", message: "there is none" };
  const instead = `give it another password, put that there with \`npx ha-registry secret ${name} redisPassword\`, then run up`;
  return external ? { path: "registry.redis.external", message: `is yours: ${instead}` } : undefined;
}

/** Which resources of a state are replaced; none when nothing was put up yet. */
export function planRotation(rotation: Rotation, scope: RotationScope, name: string, resources: readonly StateResource[]): RotationPlan {
  if (rotation === Rotation.Passwords) return planPasswords(scope, name, resources);
  const requests = resources.filter(({ type }) => type === types.certificateRequest);
  const isRedis = (resource: StateResource): boolean => within(resource, "Redis") || within(resource, "RedisSentinels");
  const chosen = requests.filter((request) =>
    rotation === Rotation.Redis ? isRedis(request) : !scope.inner || !within(request, "Certificates"),
  );
  const passwords = rotation === Rotation.Redis ? resources.filter((each) => each.type === types.password && isRedis(each)) : [];
  const ca = scope.ca === true ? resources.filter(({ type }) => type === types.caCertificate) : [];
  return {
    urns: [...passwords.map(({ urn }) => urn), ...[...chosen, ...ca].flatMap(keyOf)],
    users: [],
    certificates: [...chosen, ...ca].map(nameOf),
  };
}

function planPasswords({ user }: RotationScope, name: string, resources: readonly StateResource[]): RotationPlan {
  const all = resources.filter((each) => each.type === types.password && within(each, "Access"));
  const chosen = all.filter((each) => user === undefined || userOf(name, each) === user);
  return { urns: chosen.map(({ urn }) => urn), users: chosen.map((each) => userOf(name, each)), certificates: [] };
}

/** The user whose password a resource is. */
export function userOf(name: string, password: StateResource): string {
  return nameOf(password).slice(`${name}-access-`.length);
}

/** Whether a resource is the password of a user. */
export function isUserPassword(resource: StateResource): boolean {
  return resource.type === types.password && within(resource, "Access");
}

/** The key that a request or a CA's certificate was made with: the certificate follows it. */
function keyOf({ propertyDependencies }: StateResource): string[] {
  return propertyDependencies?.["privateKeyPem"] ?? [];
}

/** The last part of Pulumi's name for a resource. */
function nameOf({ urn }: StateResource): string {
  return urn.split("::").at(-1) ?? urn;
}

/** Whether a resource is part of a component, as `Access`. */
function within({ urn }: StateResource, component: string): boolean {
  return urn.includes(`ha-registry-docker:index:${component}$`);
}
