import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { runProgram } from "./program";

/** A certificate and its key, as PEM. */
export interface KeyPair {
  certificatePem: string;
  privateKeyPem: string;
}

const P256 = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

/** A CA that signs itself, made by openssl; valid for a day. */
export async function makeAuthority(name: string): Promise<KeyPair> {
  return inScratch(async (at) => {
    const extensions = ["-addext", "keyUsage=critical,keyCertSign,cRLSign"];
    const files = ["-keyout", at("key"), "-out", at("certificate")];
    await runProgram("openssl", ["req", "-x509", ...P256, "-days", "1", "-subj", `/CN=${name}`, ...extensions, ...files]);
    return keyPair(at);
  });
}

/** A CA that `issuer` vouches for. */
export function makeIntermediate(issuer: KeyPair, name: string): Promise<KeyPair> {
  return issue(issuer, name, "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign");
}

/**
 * Certificate of a server.
 *
 * @param names What clients may call it, as `DNS:localhost` and `IP:127.0.0.1`.
 */
export function makeServerCertificate(issuer: KeyPair, names: readonly string[]): Promise<KeyPair> {
  return issue(issuer, "server", `basicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\nsubjectAltName=${names.join(",")}`);
}

/** Certificate of a client. */
export function makeClientCertificate(issuer: KeyPair, name: string): Promise<KeyPair> {
  return issue(issuer, name, "basicConstraints=CA:FALSE\nextendedKeyUsage=clientAuth");
}

/** @param extensions Extensions as openssl's configuration files have them. */
async function issue(issuer: KeyPair, name: string, extensions: string): Promise<KeyPair> {
  return inScratch(async (at) => {
    await writeFile(at("issuer"), issuer.certificatePem);
    await writeFile(at("issuer-key"), issuer.privateKeyPem, { mode: 0o600 });
    await writeFile(at("extensions"), extensions);
    await runProgram("openssl", ["req", "-new", ...P256, "-subj", `/CN=${name}`, "-keyout", at("key"), "-out", at("request")]);
    const signer = ["-CA", at("issuer"), "-CAkey", at("issuer-key"), "-CAcreateserial", "-extfile", at("extensions")];
    await runProgram("openssl", ["x509", "-req", "-in", at("request"), ...signer, "-days", "1", "-out", at("certificate")]);
    return keyPair(at);
  });
}

async function keyPair(at: (name: string) => string): Promise<KeyPair> {
  return { certificatePem: await readFile(at("certificate"), "utf8"), privateKeyPem: await readFile(at("key"), "utf8") };
}

async function inScratch<T>(work: (at: (name: string) => string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(path.join(os.tmpdir(), "certificate-"));
  try {
    return await work((name) => path.join(directory, name));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
