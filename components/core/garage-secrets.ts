import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import * as tls from "@pulumi/tls";
import { garageNodeId, garageNodeKey } from "./garage-identity";

/** Secrets of a cluster of Garage. */
export interface GarageSecrets {
  /** Access key of the bucket. */
  accessKey: pulumi.Output<string>;
  /** Secret key that belongs to it, secret. */
  secretKey: pulumi.Output<string>;
  /** Both as Garage imports them, secret. */
  accessKeyFile: pulumi.Output<string>;
  /** What lets a node into the cluster, secret. */
  rpcSecret: pulumi.Output<string>;
  /** What lets into the nodes' metrics, secret. */
  metricsToken: pulumi.Output<string>;
}

/** Makes the secrets of a cluster, once: they are kept in the state. */
export function makeGarageSecrets(name: string, opts: pulumi.CustomResourceOptions): GarageSecrets {
  const bytes = (what: string, length: number): pulumi.Output<string> => new random.RandomBytes(`${name}-${what}`, { length }, opts).hex;
  const accessKey = pulumi.interpolate`GK${bytes("access-key", 12)}`;
  const secretKey = bytes("secret-key", 32);
  return {
    accessKey,
    secretKey,
    accessKeyFile: pulumi
      .all([accessKey, secretKey])
      .apply(([accessKeyId, secretAccessKey]) => `${JSON.stringify({ accessKeyId, secretAccessKey, name })}\n`),
    rpcSecret: bytes("rpc-secret", 32),
    metricsToken: bytes("metrics-token", 32),
  };
}

/** What a node is known by, and the key that proves it, secret. */
export interface GarageIdentity {
  /** Its public key, 64 hexadecimal digits. */
  id: pulumi.Output<string>;
  /** Both of its keys, as Garage keeps them, in base64. */
  key: pulumi.Output<string>;
}

/** The key of a node. It comes from the state, so that each node knows the others from the beginning. */
export function makeGarageIdentity(name: string, opts: pulumi.CustomResourceOptions): GarageIdentity {
  const { publicKeyPem, privateKeyPem } = new tls.PrivateKey(name, { algorithm: "ED25519" }, opts);
  return { id: publicKeyPem.apply(garageNodeId), key: privateKeyPem.apply(garageNodeKey) };
}
