import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { promisify } from "node:util";
import { RegistryError } from "ha-registry-core";
import { writeClientFiles } from "ha-registry/dist/cli/client-files";
import { openEnvironment } from "ha-registry/dist/cli/environment";
import { stateDirectory } from "ha-registry/dist/cli/state-directory";

const variables = ["XDG_STATE_HOME", "PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"];
const outside = variables.map((name) => [name, process.env[name]] as const);
let project: string;
let config: string;
let state: string;

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), "environments-"));
  config = join(project, "environments");
  mkdirSync(config);
  writeFileSync(join(project, "Pulumi.yaml"), "name: ha-registry\nruntime: nodejs\nstackConfigDir: environments\n");
  writeFileSync(join(config, "local.template.yaml"), "config:\n  ha-registry:registry: { teamSize: 7 }\n");
  for (const name of variables) delete process.env[name];
  process.env["XDG_STATE_HOME"] = join(project, "state");
  state = join(project, "state", "ha-registry");
});

afterEach(() => {
  for (const [name, value] of outside) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  rmSync(project, { recursive: true });
});

/** The problems of opening an environment, `path: message` each. */
function problemsOf(name: string): string {
  try {
    openEnvironment(name, project);
  } catch (error) {
    assert.ok(error instanceof RegistryError, String(error));
    return error.problems.map(({ path, message }) => `${path}: ${message}`).join("\n");
  }
  return assert.fail("it opened");
}

function mode(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

test("local needs nothing: file, state directory and passphrase are made, closed to others", () => {
  const local = openEnvironment("local", project);
  assert.equal(local.backendUrl, `file://${state}`);
  assert.deepEqual(local.config, { registry: { teamSize: 7 } });
  assert.equal(local.passphraseFile, join(state, "passphrase"));
  assert.equal(mode(state), "700");
  assert.equal(mode(join(state, "passphrase")), "600");
  assert.equal(Buffer.from(readFileSync(join(state, "passphrase"), "utf8"), "base64url").length, 32);
  assert.deepEqual(readdirSync(state), ["passphrase"]);
});

test("what is there already is kept: the passphrase, and the user's changes to the file", () => {
  openEnvironment("local", project);
  const passphrase = readFileSync(join(state, "passphrase"), "utf8");
  writeFileSync(join(config, "Pulumi.local.yaml"), "config:\n  ha-registry:registry: { teamSize: 9 }\nencryptionsalt: v1:abc\n");
  assert.equal(openEnvironment("local", project).config.registry?.teamSize, 9);
  assert.equal(readFileSync(join(state, "passphrase"), "utf8"), passphrase);
});

test("a new passphrase takes the place of one that is elsewhere, unless there are secrets that need the old one", () => {
  const file = join(config, "Pulumi.local.yaml");
  writeFileSync(file, "# mine\nconfig:\n  ha-registry:registry: { teamSize: 9 }\nencryptionsalt: v1:abc\n");
  openEnvironment("local", project);
  assert.equal(readFileSync(file, "utf8"), "# mine\nconfig:\n  ha-registry:registry: { teamSize: 9 }\n");
  rmSync(state, { recursive: true });
  const secrets =
    "config:\n  ha-registry:secrets: { s3AccessKey: { secure: v1:x }, s3SecretKey: { secure: v1:y } }\nencryptionsalt: v1:abc\n";
  writeFileSync(file, secrets);
  assert.match(problemsOf("local"), /^secrets: .*a passphrase that is not here/);
  assert.equal(readFileSync(file, "utf8"), secrets);
  assert.ok(!existsSync(join(state, "passphrase")));
});

test("a state directory that others could read is closed", () => {
  mkdirSync(state, { recursive: true, mode: 0o755 });
  openEnvironment("local", project);
  assert.equal(mode(state), "700");
});

test("many at once agree on one passphrase", async () => {
  const program = `const { openEnvironment } = require("ha-registry/dist/cli/environment");
    process.stdout.write(require("node:fs").readFileSync(openEnvironment("local", process.argv[1]).passphraseFile, "utf8"));`;
  const run = (): Promise<{ stdout: string }> => promisify(execFile)(process.execPath, ["-e", program, project], { cwd: __dirname });
  const seen = await Promise.all(Array.from({ length: 6 }, run));
  assert.deepEqual([...new Set(seen.map(({ stdout }) => stdout))], [readFileSync(join(state, "passphrase"), "utf8")]);
  assert.deepEqual(readdirSync(state), ["passphrase"]);
});

test("a passphrase that is gone is not replaced while there is state that needs it", () => {
  openEnvironment("local", project);
  rmSync(join(state, "passphrase"));
  mkdirSync(join(state, ".pulumi", "stacks", "ha-registry"), { recursive: true });
  writeFileSync(join(state, ".pulumi", "stacks", "ha-registry", "local.json"), "{}");
  assert.match(problemsOf("local"), /^passphrase: is gone/);
  assert.ok(!existsSync(join(state, "passphrase")));
});

test("local takes no backend of the user's", () => {
  writeFileSync(join(config, "Pulumi.local.yaml"), "config:\n  ha-registry:backend: s3://bucket\n");
  assert.match(problemsOf("local"), /^backend: is not for local/);
  assert.ok(!existsSync(state));
});

test("an unknown environment is answered with those that there are", () => {
  writeFileSync(join(config, "Pulumi.prod.yaml"), "");
  writeFileSync(join(config, "Pulumi.stage-2.yaml"), "");
  const problem = problemsOf("prdo");
  assert.match(problem, /there is no environment "prdo"/);
  assert.match(problem, /one of local, prod, stage-2/);
  for (const name of ["../prod", "Prod", "a b", "", "passphrase"]) assert.match(problemsOf(name), /a name is lower-case/, name);
});

test("other environments choose their backend, in the file or by the variable, which wins", () => {
  writeFileSync(join(config, "Pulumi.prod.yaml"), "config:\n  ha-registry:registry: {}\n");
  assert.match(problemsOf("prod"), /^backend: prod names no place for its state/);
  process.env["PULUMI_BACKEND_URL"] = "https://api.pulumi.com";
  assert.equal(openEnvironment("prod", project).backendUrl, "https://api.pulumi.com");
  writeFileSync(join(config, "Pulumi.prod.yaml"), "config:\n  ha-registry:backend: https://pulumi.corp.example\n");
  assert.equal(openEnvironment("prod", project).backendUrl, "https://api.pulumi.com");
  delete process.env["PULUMI_BACKEND_URL"];
  assert.equal(openEnvironment("prod", project).backendUrl, "https://pulumi.corp.example");
  assert.ok(!existsSync(state));
});

test("a backend without keys of its own needs a passphrase or a key service", () => {
  const file = join(config, "Pulumi.prod.yaml");
  writeFileSync(file, "config:\n  ha-registry:backend: s3://bucket\n");
  assert.match(problemsOf("prod"), /^passphrase: .*PULUMI_CONFIG_PASSPHRASE_FILE/);
  process.env["PULUMI_CONFIG_PASSPHRASE_FILE"] = "/run/secrets/passphrase";
  assert.equal(openEnvironment("prod", project).backendUrl, "s3://bucket");
  delete process.env["PULUMI_CONFIG_PASSPHRASE_FILE"];
  writeFileSync(file, "config:\n  ha-registry:backend: s3://bucket\nsecretsprovider: awskms://alias/pulumi\n");
  assert.equal(openEnvironment("prod", project).secretsProvider, "awskms://alias/pulumi");
});

test("a directory without a project is told", () => {
  rmSync(join(project, "Pulumi.yaml"));
  assert.match(problemsOf("local"), /^Pulumi\.yaml: is missing/);
});

test("state is below XDG_STATE_HOME only when that is an absolute path, as its specification says", () => {
  process.env["XDG_STATE_HOME"] = "relative/state";
  assert.match(stateDirectory(), /^\/.*\/\.local\/state\/ha-registry$/);
});

test("client files are those of the last run, inside their directory whatever their names", () => {
  const environment = openEnvironment("local", project);
  const outputs = {
    endpoint: "https://localhost:5000",
    hostname: "localhost",
    authority: "localhost:5000",
    caCertificatePem: "CA",
    credentials: { username: "admin", password: "secret" },
    metricsEndpoint: "http://127.0.0.1:8404/metrics",
  };
  writeClientFiles(environment, { ...outputs, clientConfig: { "etc/old/file": "old" } });
  const caFile = writeClientFiles(environment, {
    ...outputs,
    clientConfig: { "etc/docker/certs.d/localhost:5000/ca.crt": "CA", "../../up": "in" },
  });
  assert.equal(caFile, join(state, "local", "ca.crt"));
  const written = readdirSync(join(state, "local"), { recursive: true, encoding: "utf8" }).filter((path) =>
    statSync(join(state, "local", path)).isFile(),
  );
  assert.deepEqual(written.sort(), ["ca.crt", "client/etc/docker/certs.d/localhost:5000/ca.crt", "client/up"]);
  assert.equal(mode(join(state, "local")), "700");
  assert.equal(writeClientFiles(environment, { ...outputs, caCertificatePem: "", clientConfig: {} }), undefined);
  assert.deepEqual(readdirSync(join(state, "local")), []);
});
