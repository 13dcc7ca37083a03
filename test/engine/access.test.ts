import assert from "node:assert/strict";
import { randomBytes, randomInt, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import tls from "node:tls";
import { AccessMode, ports, resolveTopology } from "ha-registry-core";
import { makeAuthority, makeClientCertificate, makeIntermediate, makeServerCertificate, type KeyPair } from "./support/authority";
import { BodyFamily, smallBytes } from "./support/bodies";
import { prepareClients, type Client, type Clients } from "./support/clients";
import { docker } from "./support/docker";
import { RawClient, RequestFailure, type Answer, type ClientOptions } from "./support/http-client";
import { makeImage, type TestImage } from "./support/images";
import { startRegistry, type RegistryStack } from "./support/stack";
import { publicKeySet, signToken, TokenServer, type TokenAccess, type TokenClaims, type TokenSigner } from "./support/token-server";

const failedLogins = 5;
const parties = { issuer: "test authority", service: "registry under test" };
const auditor = { username: "auditor", password: randomBytes(18).toString("base64url") };
const builder = { username: "builder", password: randomBytes(18).toString("base64url") };
const pullTeam: TokenAccess = { type: "repository", name: "team/raw", actions: ["pull"] };
const pushTeam: TokenAccess = { ...pullTeam, actions: ["pull", "push"] };

/** One registry, first with passwords, then with tokens; all the while with a given certificate, client certificates and address ranges. */
describe("who comes in, and as what", () => {
  const layer = new BodyFamily(smallBytes, 51).body(1);
  let directory: string;
  let registry: RegistryStack;
  let root: KeyPair;
  let server: KeyPair;
  let clientRoot: KeyPair;
  let clientCertificate: KeyPair;
  let tokenRoot: KeyPair;
  let tokenSigner: TokenSigner;
  let tokens: TokenServer;
  let image: TestImage;
  let clients: Clients | undefined;
  /** How every client reaches the registry; asked for once, since the command line takes seconds. */
  let base: ClientOptions;
  /** Addresses of this machine in a range that may connect, and in one that may not. */
  let guest: string;
  let stranger: string;

  before(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), "access-"));
    registry = await startRegistry();
    [guest, stranger] = [await addAddress("guest", "198.18"), await addAddress("stranger", "198.19")];
    root = await makeAuthority("server root");
    const intermediate = await makeIntermediate(root, "server intermediate");
    server = await makeServerCertificate(intermediate, ["DNS:localhost", `IP:${guest}`]);
    clientRoot = await makeAuthority("client root");
    clientCertificate = await makeClientCertificate(clientRoot, "a machine of ours");
    tokenRoot = await makeAuthority("token root");
    tokenSigner = { privateKeyPem: (await makeAuthority("token key")).privateKeyPem, header: { kid: "first" } };
    const writes = ["pull", "push"];
    const users = new Map([
      [builder.username, { password: builder.password, actions: writes }],
      [auditor.username, { password: auditor.password, actions: ["pull", "*"] }],
    ]);
    tokens = await TokenServer.start(parties, tokenSigner, users);
    image = await makeImage(path.join(directory, "image"), smallBytes, 52);
    await registry.up((args) => ({
      ...args,
      access: { users: { [auditor.username]: { catalog: true }, [builder.username]: {} } },
      loadBalancer: {
        ...args.loadBalancer,
        allowedAddressRanges: ["127.0.0.0/8", `${guest}/32`],
        rateLimit: { failedLoginsPerMinute: failedLogins },
      },
      trust: {
        certificatePem: server.certificatePem + intermediate.certificatePem,
        caCertificatePem: root.certificatePem,
        clientCaPem: clientRoot.certificatePem,
      },
      secrets: {
        privateKeyPem: server.privateKeyPem,
        passwords: { [auditor.username]: auditor.password, [builder.username]: builder.password },
      },
    }));
    const { endpoint, caCertificatePem: caPem } = await registry.outputs();
    const connection = { cert: clientCertificate.certificatePem, key: clientCertificate.privateKeyPem };
    base = { endpoint, caPem, connection };
  });
  after(async () => {
    await clients?.remove();
    await tokens.stop();
    await registry.removeByForce(); // the networks, too: they carry its label
    await rm(directory, { recursive: true, force: true });
  });

  describe("with passwords", () => {
    it("the certificate is the given one, with its intermediate", async () => {
      assert.equal(base.caPem, root.certificatePem);
      const { certificatePem: cert, privateKeyPem: key } = clientCertificate;
      const socket = tls.connect({ port: Number(new URL(base.endpoint).port), host: "localhost", ca: root.certificatePem, cert, key });
      await once(socket, "secureConnect");
      assert.equal(socket.getPeerX509Certificate()?.fingerprint256, new X509Certificate(server.certificatePem).fingerprint256);
      socket.destroy();
    });

    it("without a certificate of the right CA no request gets through", async () => {
      const foreign = await makeClientCertificate(await makeAuthority("another root"), "a machine of others");
      for (const pair of [undefined, foreign]) {
        const connection = pair && { cert: pair.certificatePem, key: pair.privateKeyPem };
        // TLS 1.2 refuses within the handshake; with 1.3 the client has ended its part by then, and learns it with its first answer.
        for (const maxVersion of ["TLSv1.2", "TLSv1.3"] as const) {
          const refused = ask("/v2/", { ...auditor, connection: { ...connection, maxVersion } });
          await assert.rejects(refused, (error: Error) => error instanceof RequestFailure && !error.reason.startsWith("status"));
        }
      }
    });

    it("with one, the password decides", async () => {
      const invited = await ask("/v2/");
      assert.equal(invited.status, 401);
      assert.match(invited.headers["www-authenticate"] ?? "", /^Basic realm=/);
      for (const user of [auditor, builder]) assert.equal((await ask("/v2/", user)).status, 200);
    });

    it("docker and skopeo push and pull with certificate and password", async () => {
      await exchange("with-password");
    });

    it("only who may lists the catalog", async () => {
      for (const catalog of ["/v2/_catalog", "/v2/_catalog?n=1", "/v2/%5Fcatalog", "/v2/_catalog/"]) {
        const { status, text } = await ask(catalog, builder);
        assert.equal(status, 403, catalog);
        assert.match(text, /"DENIED"/);
      }
      assert.equal((await ask("/v2/_catalog")).status, 401);
      const { status, text } = await ask("/v2/_catalog", auditor);
      assert.equal(status, 200);
      assert.deepEqual(JSON.parse(text), { repositories: ["with-password/docker", "with-password/skopeo"] });
    });

    it("only from the allowed addresses", async () => {
      assert.equal((await ask("/v2/", { ...builder, ...from(guest) })).status, 200);
      for (const user of [{}, builder]) {
        const { status, text } = await ask("/v2/", { ...user, ...from(stranger) });
        assert.equal(status, 403);
        assert.match(text, /"DENIED"/);
      }
    });

    it("who guesses passwords is stopped, and nobody else", async () => {
      const wrong = { authorization: `Basic ${Buffer.from(`${builder.username}:not the password`).toString("base64")}` };
      await withClient(from(guest), async (client) => {
        let last: Answer;
        let refused = 0;
        // One HAProxy counts what one connection brings; a connection that broke may have led to the other, which counts for itself.
        while ((last = await client.request("GET", "/v2/", { expect: [401, 429], headers: wrong })).status === 401) {
          refused += 1;
          assert.ok(refused <= 2 * failedLogins, "nobody stops the guessing");
        }
        assert.ok(refused >= failedLogins, `stopped after ${refused} attempts, and ${failedLogins} are allowed`);
        assert.ok(Number(last.headers["retry-after"]) > 0);
        assert.match(last.text, /"TOOMANYREQUESTS"/);
        await client.request("GET", "/v2/", { expect: [401] }); // without a password this address may go on
      });
      for (const user of [builder, auditor]) assert.equal((await ask("/v2/", user)).status, 200);
    });

    it("a second preview changes nothing", previewsNothing);
  });

  describe("with tokens", () => {
    let other: TokenSigner;
    let chained: TokenSigner;
    before(async () => {
      other = { ...tokenSigner, privateKeyPem: (await makeAuthority("another key")).privateKeyPem };
      const { certificatePem, privateKeyPem } = await makeServerCertificate(tokenRoot, ["DNS:token.example"]);
      chained = { privateKeyPem, header: { x5c: [new X509Certificate(certificatePem).raw.toString("base64")] } };
      await registry.up((args) => ({
        ...args,
        access: { mode: AccessMode.Token, token: { ...parties, realm: tokens.realm, signingAlgorithms: ["ES256"] } },
        trust: {
          ...args.trust,
          tokenJwks: publicKeySet(tokenSigner.privateKeyPem, "first"),
          tokenCertificatesPem: tokenRoot.certificatePem,
        },
        secrets: { privateKeyPem: server.privateKeyPem },
      }));
      assert.deepEqual(await registry.docker.broken(registry.name), []);
    });

    it("who has none is told where to get one", async () => {
      const { status, headers } = await ask("/v2/team/raw/tags/list");
      assert.equal(status, 401);
      const challenge = headers["www-authenticate"] ?? "";
      for (const part of [`Bearer realm="${tokens.realm}"`, `service="${parties.service}"`, 'scope="repository:team/raw:pull"']) {
        assert.ok(challenge.includes(part), challenge);
      }
      assert.equal((await ask("/v2/", builder)).status, 401);
    });

    it("docker and skopeo fetch tokens, push and pull", async () => {
      await exchange("with-token");
      assert.ok(tokens.granted > 0);
    });

    it("what was pushed with a password is still there", async () => {
      for (const client of everyone()) assert.match(await client.pull(`with-password/${client.name}:1`), /^sha256:/);
    });

    it("a token of either kind lets in, as far as it goes", async () => {
      for (const signer of [tokenSigner, chained]) {
        await withClient({ token: token(signer, [pushTeam]) }, async (client) => {
          await client.pushConfig("team/raw");
          await client.pushBlob("team/raw", layer);
          await client.pushManifest("team/raw", "1", layer);
        });
        await withClient({ token: token(signer, [pullTeam]) }, async (client) => {
          assert.equal(await client.pullBlob("team/raw", layer.digest), smallBytes);
          const refused = await client.request("POST", "/v2/team/raw/blobs/uploads/", { expect: [401] });
          assert.match(refused.headers["www-authenticate"] ?? "", /insufficient_scope/);
          await client.request("GET", "/v2/with-token/docker/tags/list", { expect: [401] });
          await client.request("GET", "/v2/_catalog", { expect: [401] });
        });
      }
      const all: TokenAccess = { type: "registry", name: "catalog", actions: ["*"] };
      assert.equal((await ask("/v2/_catalog", { token: token(tokenSigner, [all]) })).status, 200);
    });

    it("any other token does not, and does not count as guessing", async () => {
      const unchained = { ...chained, privateKeyPem: other.privateKeyPem };
      const wrong = {
        "another key": token(other, [pullTeam]),
        "an unknown key": token({ ...other, header: { kid: "second" } }, [pullTeam]),
        "no key": token({ ...tokenSigner, header: {} }, [pullTeam]),
        "a key that is not the certificate's": token(unchained, [pullTeam]),
        "another audience": token(tokenSigner, [pullTeam], { service: "another registry" }),
        "another issuer": token(tokenSigner, [pullTeam], { issuer: "another authority" }),
        "its time over": token(tokenSigner, [pullTeam], { seconds: -600 }),
      };
      assert.ok(Object.keys(wrong).length > failedLogins);
      for (const [reason, text] of Object.entries(wrong)) {
        assert.equal((await ask("/v2/team/raw/tags/list", { token: text })).status, 401, reason);
      }
      const good = token(tokenSigner, [pullTeam]);
      assert.equal((await ask("/v2/team/raw/tags/list", { token: good })).status, 200);
    });

    it("certificates and addresses are asked for as before", async () => {
      const good = token(tokenSigner, [pullTeam]);
      const bare = ask("/v2/team/raw/tags/list", { token: good, connection: {} });
      await assert.rejects(bare, (error: Error) => error instanceof RequestFailure && !error.reason.startsWith("status"));
      assert.equal((await ask("/v2/team/raw/tags/list", { token: good, ...from(stranger) })).status, 403);
      assert.equal((await ask("/v2/team/raw/tags/list", { token: good, ...from(guest) })).status, 200);
    });

    it("a second preview changes nothing", previewsNothing);

    function token(signer: TokenSigner, access: TokenAccess[], claims: Partial<TokenClaims> = {}): string {
      return signToken(signer, { ...parties, subject: "somebody", access, ...claims });
    }
  });

  it("keys, passwords and tokens stand in plain text nowhere", async () => {
    const logs = [...(await registry.logs.all())].flat().join("\n");
    const places = { state: await registry.exportState(), inspect: await registry.docker.inspectAll(registry.name), logs };
    const key = server.privateKeyPem.split("\n")[1] ?? "";
    for (const [place, text] of Object.entries(places)) {
      assert.ok(text.includes(registry.name), `${place} is not what was looked for`);
      for (const [index, secret] of [auditor.password, builder.password, key, "eyJ0eXAiOiJKV1Qi"].entries()) {
        assert.ok(secret !== "" && !text.includes(secret), `secret ${index} is in ${place}`);
      }
    }
  });

  async function previewsNothing(): Promise<void> {
    const { same = 0, ...others } = await registry.preview();
    assert.deepEqual(others, {});
    assert.ok(same > 0);
  }

  function everyone(): Client[] {
    assert.ok(clients, "no client is prepared yet");
    return [clients.docker, clients.skopeo];
  }

  /**
   * docker and skopeo log in, each pushes, and each pulls what the other pushed. They use the guest's address: at loopback addresses the
   * Docker Engine reads no certificates. crane knows no client certificates.
   */
  async function exchange(prefix: string): Promise<void> {
    const authority = `${guest}:${new URL(base.endpoint).port}`;
    await clients?.remove();
    const login = { authority, caCertificatePem: root.certificatePem, credentials: builder, clientCertificate };
    clients = await prepareClients(path.join(directory, prefix), login);
    for (const client of everyone()) await client.login();
    const [one, other] = everyone();
    assert.ok(one && other);
    for (const [pusher, puller] of [
      [one, other],
      [other, one],
    ] as const) {
      const name = `${prefix}/${pusher.name}:1`;
      const digest = await pusher.push(image, name);
      assert.equal(await puller.pull(name), digest);
    }
  }

  async function withClient<T>(options: Partial<ClientOptions>, work: (client: RawClient) => Promise<T>): Promise<T> {
    const client = new RawClient({ ...base, ...options });
    try {
      return await work(client);
    } finally {
      client.close();
    }
  }

  /** The answer to one GET, whatever it is. */
  function ask(target: string, options: Partial<ClientOptions> = {}): Promise<Answer> {
    return withClient(options, (client) => client.request("GET", target, { expect: [200, 401, 403, 404, 429] }));
  }

  /** Options of a client that comes from an address of this machine, which the port that Docker publishes would hide. */
  function from(localAddress: string): Partial<ClientOptions> {
    const { certificatePem: cert, privateKeyPem: key } = clientCertificate;
    const address = resolveTopology(registry.name, {}).loadBalancer.balancers[0]?.address ?? "";
    return { endpoint: `https://${address}:${ports.balancer}`, connection: { cert, key, localAddress, servername: "localhost" } };
  }

  /**
   * Gives this machine one more address, that of a bridge whose traffic Docker does not hide behind another.
   *
   * @param half 198.18 or 198.19: both are reserved for tests of networks (RFC 2544).
   */
  async function addAddress(name: string, half: string): Promise<string> {
    const prefix = `${half}.${randomInt(256)}`;
    const network = ["--label", `ha-registry=${registry.name}`, "--subnet", `${prefix}.0/29`, "--gateway", `${prefix}.1`];
    const options = ["--opt", "com.docker.network.bridge.enable_ip_masquerade=false"];
    await docker.command("network", "create", ...network, ...options, `${registry.name}-${name}`);
    return `${prefix}.1`;
  }
});
