import { createPrivateKey, createPublicKey } from "node:crypto";

/**
 * Garage's name of a node: its public key, 64 hexadecimal digits.
 *
 * @param publicKeyPem Ed25519 key as PEM.
 * @throws {TypeError} when it is another kind of key.
 */
export function garageNodeId(publicKeyPem: string): string {
  const { crv, x } = createPublicKey(publicKeyPem).export({ format: "jwk" });
  if (crv !== "Ed25519" || x === undefined) throw new TypeError("a Garage node is known by an Ed25519 key");
  return Buffer.from(x, "base64url").toString("hex");
}

/**
 * What Garage keeps as `node_key`: the private key's 32 bytes and the public key's, in base64.
 *
 * @param privateKeyPem Ed25519 key as PEM.
 * @throws {TypeError} when it is another kind of key.
 */
export function garageNodeKey(privateKeyPem: string): string {
  const { crv, d, x } = createPrivateKey(privateKeyPem).export({ format: "jwk" });
  if (crv !== "Ed25519" || d === undefined || x === undefined) throw new TypeError("a Garage node is known by an Ed25519 key");
  return Buffer.concat([Buffer.from(d, "base64url"), Buffer.from(x, "base64url")]).toString("base64");
}
