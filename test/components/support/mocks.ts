import assert from "node:assert/strict";
import { createHash, createPrivateKey, createPublicKey } from "node:crypto";
import { runtime, secret } from "@pulumi/pulumi";
import type { Output } from "@pulumi/pulumi";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import type { MockCallArgs, MockResourceArgs, MockResourceResult, Mocks } from "@pulumi/pulumi/runtime/mocks";

/** Properties of a resource by name, as JSON. */
export type Properties = Record<string, unknown>;

/** A resource as a program asked for it. */
export interface Registered {
  /** Type token. */
  type: string;
  /** Logical name. */
  name: string;
  /** URN of the parent; empty for none. */
  parent: string;
  /** What the engine would see, with secrets opened. */
  inputs: Properties;
  /** Names of the inputs that were marked as secrets. */
  secretInputs: string[];
  /** URNs of what it depends on, for whatever reason. */
  dependsOn: string[];
  /** URNs of what an input was computed from, by name of the input. */
  computedFrom: Record<string, string[]>;
  /** URN and ID of an explicit provider; empty for the default one. */
  provider: string;
  protect: boolean;
  ignoreChanges: string[];
  deleteBeforeReplace: boolean;
  /** URNs and names of its aliases. */
  aliases: string[];
  /** How many transforms its own options declare. */
  transforms: number;
}

/** Name of the stack that the components see. */
export const stackName = "mocked";

/** What the providers would compute. Values are made from the name, so that each can be told from the others wherever it turns up. */
const computed: Record<string, (name: string, inputs: Properties) => Properties> = {
  "aws:ecr/repository:Repository": (_, { name, region }) => ({
    registryId: "123456789012",
    repositoryUrl: `123456789012.dkr.ecr.${String(region)}.amazonaws.com/${String(name)}`,
  }),
  "docker:index/container:Container": () => ({}),
  "docker:index/network:Network": () => ({}),
  "docker:index/volume:Volume": () => ({}),
  "pulumi:providers:docker": () => ({}),
  "random:index/randomUuid:RandomUuid": () => ({ result: "11111111-2222-4333-8444-555555555555" }),
  "random:index/randomPassword:RandomPassword": (name) => ({ result: concealed(`password of ${name}`) }),
  "random:index/randomBytes:RandomBytes": (name) => ({ base64: concealed(`bytes of ${name}`), hex: concealed(`bytes of ${name}`) }),
  "tls:index/privateKey:PrivateKey": (name, { algorithm }) =>
    algorithm === "ED25519" ? edwardsKey(name) : { privateKeyPem: secret(pem("PRIVATE KEY", name)) },
  "tls:index/certRequest:CertRequest": (name) => ({ certRequestPem: pem("CERTIFICATE REQUEST", name) }),
  "tls:index/selfSignedCert:SelfSignedCert": (name) => ({ certPem: pem("CERTIFICATE", name) }),
  "tls:index/locallySignedCert:LocallySignedCert": (name) => ({ certPem: pem("CERTIFICATE", name) }),
};

/** What AWS gives most things: a name of its own where none is asked for, and an ARN in an account of the tests'. */
function awsOutputs(name: string, { region = "", domainName, subjectAlternativeNames }: Properties): Properties {
  const names = [domainName, ...((subjectAlternativeNames as unknown[] | undefined) ?? [])];
  return {
    name: `${name}-name`,
    bucket: `${name}-bucket`,
    arn: `arn:aws:mock:${String(region)}:123456789012:${name}`,
    arnSuffix: `mock/${name}`,
    ownerId: "123456789012",
    keyId: `${name}-key`,
    dnsName: `${name}.elb.example`,
    zoneId: `Z${name}`,
    nameServers: ["ns-1.example", "ns-2.example"],
    primaryEndpointAddress: `${name}.cache.example`,
    versionId: `version-of-${name}`,
    fqdn: `${name}.proof.example`,
    domainValidationOptions: names.map((proven) => ({
      domainName: proven,
      resourceRecordName: `_proof.${String(proven).replace(/^\*\./, "")}`,
      resourceRecordType: "CNAME",
      resourceRecordValue: "_proof.acm.example",
    })),
  };
}

/** What a provider generates for a logical name and keeps secret: letters and digits, as the passwords are that the components ask for. */
export function generated(what: string): string {
  return createHash("sha256").update(what).digest("hex").slice(0, 32);
}

function concealed(what: string): Output<string> {
  return secret(generated(what));
}

/** A key that can be read: it is asked for its public half. The bytes before the seed are PKCS #8's (RFC 8410). */
function edwardsKey(name: string): Properties {
  const seed = createHash("sha256").update(`key of ${name}`).digest();
  const key = createPrivateKey({
    key: Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]),
    format: "der",
    type: "pkcs8",
  });
  const privateKeyPem = key.export({ type: "pkcs8", format: "pem" }).toString();
  return { privateKeyPem: secret(privateKeyPem), publicKeyPem: createPublicKey(key).export({ type: "spki", format: "pem" }).toString() };
}

/** A PEM that no one can read, but that can be found. */
export function pem(label: string, name: string): string {
  return `-----BEGIN ${label}-----\n${generated(`${label} of ${name}`)}\n-----END ${label}-----\n`;
}

/** Mocks that note what they were asked for in vain: the SDK alone only logs it. */
class ProviderMocks implements Mocks {
  readonly unmocked: string[] = [];

  newResource({ type, name, inputs, custom }: MockResourceArgs): MockResourceResult {
    if (custom !== true) return { id: undefined, state: {} };
    const outputs = type.startsWith("kubernetes:")
      ? () => ({})
      : (computed[type] ?? (type.startsWith("aws:") ? awsOutputs : this.refuse(type)));
    return {
      id: `${name}-id`,
      state: {
        ...outputs(name, inputs as Properties),
        ...(inputs as Properties),
        ...(computed[type] === undefined ? {} : outputs(name, inputs as Properties)),
      },
    };
  }

  call({ token }: MockCallArgs): never {
    return this.refuse(token);
  }

  private refuse(token: string): never {
    this.unmocked.push(token);
    throw new Error(`${token} has no mock`);
  }
}

/** Notes what the mocks of Pulumi keep to themselves: the options of every resource that a monitor is asked for. */
function watch(monitor: MockMonitor): Registered[] {
  const registered: Registered[] = [];
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request: RegisterResourceRequest, callback: (error: unknown, response: unknown) => void): Promise<void> => {
    registered.push({
      type: request.getType(),
      name: request.getName(),
      parent: request.getParent(),
      ...opened(request.getObject()?.toJavaScript() ?? {}),
      dependsOn: request.getDependenciesList(),
      computedFrom: Object.fromEntries(
        [...request.getPropertydependenciesMap().entries()].map(([input, sources]) => [input, sources.getUrnsList()]),
      ),
      provider: request.getProvider(),
      protect: request.getProtect() ?? false,
      ignoreChanges: request.getIgnorechangesList(),
      deleteBeforeReplace: request.getDeletebeforereplace(),
      aliases: request.getAliasesList().map((alias) => alias.getUrn() || (alias.getSpec()?.getName() ?? "")),
      transforms: request.getTransformsList().length,
    });
    return register(request, callback);
  };
  return registered;
}

/** The inputs with their secrets opened, and the names of those that had any. */
function opened(inputs: Properties): { inputs: Properties; secretInputs: string[] } {
  const secretInputs = new Set<string>();
  const open = (value: unknown, key: string): unknown => {
    if (Array.isArray(value)) return value.map((item) => open(item, key));
    if (typeof value !== "object" || value === null) return value;
    const map = value as Properties;
    if (map[runtime.specialSigKey] !== runtime.specialSecretSig) {
      return Object.fromEntries(Object.entries(map).map(([name, item]) => [name, open(item, key)]));
    }
    secretInputs.add(key);
    return open(map["value"], key);
  };
  return {
    inputs: Object.fromEntries(Object.entries(inputs).map(([key, value]) => [key, open(value, key)])),
    secretInputs: [...secretInputs],
  };
}

/** What a program registered, to be asked about. */
export class Recording<T> {
  constructor(
    /** What the program returned. */
    readonly result: T,
    /** Everything that it registered, in order. */
    readonly resources: readonly Registered[],
  ) {}

  /** The one resource of a type (its last part) and name. */
  get(type: string, name: string): Registered {
    const found = this.all(type).filter((resource) => resource.name === name);
    const [first] = found;
    assert.ok(first !== undefined && found.length === 1, `${found.length} of ${type} ${name}; there are ${this.names(type).join(", ")}`);
    return first;
  }

  /** Every resource of a type (its last part), in the order of registration. */
  all(type: string): Registered[] {
    return this.resources.filter((resource) => resource.type.endsWith(`:${type}`));
  }

  /** Names of every resource of a type. */
  names(type: string): string[] {
    return this.all(type).map(({ name }) => name);
  }

  /** The components that a resource belongs to, from its parent outwards. */
  ancestors(resource: Registered): Registered[] {
    const parent = this.resources.find((other) => this.urn(other) === resource.parent);
    return parent === undefined ? [] : [parent, ...this.ancestors(parent)];
  }

  /** URN of a resource, as the mocks make it: with one ancestor only. */
  urn({ type, name, parent }: Registered): string {
    const parentType = parent.split("::")[2]?.split("$").pop();
    return [`urn:pulumi:${stackName}`, "project", parentType === undefined ? type : `${parentType}$${type}`, name].join("::");
  }
}

/**
 * Runs a program with mocked providers and waits until everything is registered. Anything that has no mock fails.
 *
 * @param preview Whether it is a preview, in which computed values are unknown.
 */
export async function record<T>(program: () => T, preview = false): Promise<Recording<T>> {
  const { resources, outcome } = await attempt(program, preview);
  if ("error" in outcome) throw outcome.error;
  return new Recording(outcome.result, resources);
}

/** As {@link record}, for a program that is expected to throw: what it threw, and what it had registered until then. */
export async function recordFailure(program: () => unknown): Promise<{ error: unknown; resources: readonly Registered[] }> {
  const { resources, outcome } = await attempt(program, false);
  assert.ok("error" in outcome, "the program did not throw");
  return { error: outcome.error, resources };
}

type Outcome<T> = { result: T } | { error: unknown };

async function attempt<T>(program: () => T, preview: boolean): Promise<{ resources: readonly Registered[]; outcome: Outcome<T> }> {
  const mocks = new ProviderMocks();
  await runtime.setMocks(mocks, "project", stackName, preview);
  const monitor: unknown = runtime.getMonitor();
  assert.ok(monitor instanceof MockMonitor);
  const resources = watch(monitor);
  const outcome = run(program);
  await runtime.disconnect();
  assert.deepEqual(mocks.unmocked, [], "something has no mock");
  return { resources, outcome };
}

function run<T>(program: () => T): Outcome<T> {
  try {
    return { result: program() };
  } catch (error) {
    return { error };
  }
}

/** The value of an output. Awaited, so that a failed assertion about it fails the test: one inside `apply` would get lost. */
export function valueOf<T>(output: Output<T>): Promise<T> {
  return new Promise((resolve) => output.apply(resolve));
}
