import { createHmac } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { encodeBase64, hashSync } from "bcryptjs";
import { renderHtpasswd } from "ha-registry-core";
import type { Topology } from "ha-registry-core";

/** Arguments of `Access`. */
export interface AccessArgs {
  /** The resolved registry. */
  topology: Topology;
  /** Passwords by user, secrets; a user without one gets a generated password of 32 characters. @default - all generated */
  passwords?: Record<string, pulumi.Input<string>>;
}

/** The users and their passwords. */
export class Access extends pulumi.ComponentResource {
  /** Passwords by user, secret. */
  readonly passwords: pulumi.Output<Record<string, string>>;
  /** The registry's password file, secret. */
  readonly htpasswd: pulumi.Output<string>;

  constructor(name: string, args: AccessArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-registry-docker:index:Access", name, {}, opts);
    const { access, monitoring } = args.topology;
    const users = [...access.users, ...(monitoring?.probe?.username === undefined ? [] : [monitoring.probe.username])];
    const chosen = args.passwords ?? {};

    const generate = (user: string): pulumi.Output<string> =>
      new random.RandomPassword(`${name}-${user}`, { length: 32, special: false }, { parent: this }).result;
    const salt = new random.RandomBytes(`${name}-salt`, { length: 32 }, { parent: this }).base64;

    const passwords = pulumi.all(Object.fromEntries(users.map((user) => [user, chosen[user] ?? generate(user)])));
    this.passwords = pulumi.secret(passwords);
    this.htpasswd = pulumi.secret(
      pulumi
        .all([passwords, salt])
        .apply(([known, seed]) =>
          renderHtpasswd(Object.fromEntries(users.map((user) => [user, hash(user, known[user] ?? "", seed, user in chosen)]))),
        ),
    );
    this.registerOutputs({});
  }
}

/**
 * The bcrypt hash of a password. The salt follows from a seed in the state, so that an unchanged password has an unchanged hash.
 *
 * The registry verifies the hash at every request. A generated password has more than 128 random bits, which no cost adds to, so it
 * takes the least that bcrypt has, 4 (about 450 requests per second and core; 5 takes half of that away, and 10 leaves 9). One that a
 * person chose takes 10.
 */
function hash(user: string, password: string, seed: string, chosen: boolean): string {
  const salt = createHmac("sha256", seed).update(`${user}\0${password}`).digest().subarray(0, 16);
  return hashSync(password, `$2b$${chosen ? "10" : "04"}$${encodeBase64([...salt], 16)}`);
}
