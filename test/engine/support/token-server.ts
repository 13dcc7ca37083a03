import { createPrivateKey, createPublicKey, randomBytes, sign } from "node:crypto";
import { once } from "node:events";
import http from "node:http";
import type net from "node:net";

/** What a user of an authorization server may do. */
export interface TokenUser {
  password: string;
  /** Actions that are granted of those that are asked for, as `pull`. */
  actions: readonly string[];
}

/** What tokens say of their origin and destination. */
export interface TokenParties {
  issuer: string;
  /** Audience: the registry's name. */
  service: string;
}

/** What signs tokens: a private key of P-256, and the header by which the registry finds the public one. */
export interface TokenSigner {
  privateKeyPem: string;
  header: Record<string, unknown>;
}

/** Access to one resource, as in a token's `access`. */
export interface TokenAccess {
  type: string;
  name: string;
  actions: string[];
}

/** What a token says beside its access. */
export interface TokenClaims extends TokenParties {
  subject: string;
  access: TokenAccess[];
  /** How long it is valid, seconds; negative for one that has ended. @default 300 */
  seconds?: number;
}

/** A JSON Web Token as the registry reads it (ES256). */
export function signToken(
  { privateKeyPem, header }: TokenSigner,
  { issuer, service, subject, access, seconds = 300 }: TokenClaims,
): string {
  const now = Math.floor(Date.now() / 1000);
  const [iat, exp] = seconds < 0 ? [now + 2 * seconds, now + seconds] : [now, now + seconds];
  const claims = { iss: issuer, sub: subject, aud: service, iat, nbf: iat, exp, jti: randomBytes(8).toString("hex"), access };
  const content = [{ typ: "JWT", alg: "ES256", ...header }, claims].map((part) => base64url(JSON.stringify(part))).join(".");
  const signature = sign("sha256", Buffer.from(content), { key: createPrivateKey(privateKeyPem), dsaEncoding: "ieee-p1363" });
  return `${content}.${signature.toString("base64url")}`;
}

/** A JSON Web Key Set with the public half of one key. */
export function publicKeySet(privateKeyPem: string, kid: string): string {
  const key = createPublicKey(createPrivateKey(privateKeyPem)).export({ format: "jwk" });
  return JSON.stringify({ keys: [{ ...key, kid, use: "sig", alg: "ES256" }] });
}

/** An authorization server of a handful of users, on loopback, without TLS. */
export class TokenServer {
  /** How often a token was given out. */
  granted = 0;

  private constructor(
    readonly parties: TokenParties,
    private readonly signer: TokenSigner,
    private readonly users: ReadonlyMap<string, TokenUser>,
    private readonly server: http.Server,
  ) {}

  /** Starts it on a free port. */
  static async start(parties: TokenParties, signer: TokenSigner, users: ReadonlyMap<string, TokenUser>): Promise<TokenServer> {
    const server = http.createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const tokens = new TokenServer(parties, signer, users, server);
    server.on("request", (request: http.IncomingMessage, response: http.ServerResponse) => tokens.#answer(request, response));
    return tokens;
  }

  /** Where clients fetch tokens. */
  get realm(): string {
    return `http://127.0.0.1:${(this.server.address() as net.AddressInfo).port}/token`;
  }

  /** Ends it. */
  async stop(): Promise<void> {
    const closed = once(this.server, "close");
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  /** `GET <realm>?service=…&scope=…` with a password, as distribution's token specification has it. */
  #answer(request: http.IncomingMessage, response: http.ServerResponse): void {
    const { searchParams } = new URL(request.url ?? "", this.realm);
    const [, credentials = ""] = /^Basic (.+)$/.exec(request.headers.authorization ?? "") ?? [];
    const [, subject = "", password = ""] = /^([^:]*):(.*)$/.exec(Buffer.from(credentials, "base64").toString("utf8")) ?? [];
    const user = this.users.get(subject);
    if (request.method !== "GET" || user?.password !== password || searchParams.get("service") !== this.parties.service) {
      response.writeHead(401, { "content-type": "application/json" }).end("{}");
      return;
    }
    const scopes = searchParams.getAll("scope").flatMap((scope) => scope.split(" "));
    const access = scopes.flatMap((scope) => grant(scope, user.actions));
    const token = signToken(this.signer, { ...this.parties, subject, access });
    this.granted += 1;
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ token, access_token: token, expires_in: 300 }));
  }
}

/** @param scope `type:name:action,action`; a name may hold colons. */
function grant(scope: string, allowed: readonly string[]): TokenAccess[] {
  const [, type, name, actions] = /^([^:]+):(.+):([^:]*)$/.exec(scope) ?? [];
  if (type === undefined || name === undefined || actions === undefined) return [];
  return [{ type, name, actions: actions.split(",").filter((action) => allowed.includes(action)) }];
}

function base64url(text: string): string {
  return Buffer.from(text).toString("base64url");
}
