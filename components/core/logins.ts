import { createHmac } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { encodeBase64, hashSync } from "bcryptjs";
import { renderHtpasswd } from "./render/htpasswd";

/** The users' passwords, and the registry's file with their hashes. */
export interface Logins {
  /** Passwords by user, secret. */
  passwords: pulumi.Output<Record<string, string>>;
  /** The registry's password file, secret. */
  htpasswd: pulumi.Output<string>;
}

/**
 * Takes or makes the users' passwords, and hashes them.
 *
 * @param name Name of the component, which the names of what is made begin with.
 * @param users All users.
 * @param chosen Passwords that are given, by user; the others are generated, with 32 characters.
 * @param parent The component.
 */
export function makeLogins(
  name: string,
  users: readonly string[],
  chosen: Record<string, pulumi.Input<string>>,
  parent: pulumi.Resource,
): Logins {
  const generate = (user: string): pulumi.Output<string> =>
    new random.RandomPassword(`${name}-${user}`, { length: 32, special: false }, { parent }).result;
  const salt = new random.RandomBytes(`${name}-salt`, { length: 32 }, { parent }).base64;

  const passwords = pulumi.all(Object.fromEntries(users.map((user) => [user, chosen[user] ?? generate(user)])));
  return {
    passwords: pulumi.secret(passwords),
    htpasswd: pulumi.secret(
      pulumi
        .all([passwords, salt])
        .apply(([known, seed]) =>
          renderHtpasswd(Object.fromEntries(users.map((user) => [user, hash(user, known[user] ?? "", seed, user in chosen)]))),
        ),
    ),
  };
}

/** What any topology says of the users who log in by password. */
interface UsersOf {
  loadBalancer: { catalogUsers: readonly string[] };
  access: { users: readonly string[] };
}

/**
 * The login that the registry tells who made it: of the first user who may list the catalog, or else of the first one; secret. Empty where
 * nobody logs in by password.
 *
 * @param topology Topology of the registry.
 * @param passwords Passwords by user.
 */
export function credentialsOf(
  { loadBalancer, access }: UsersOf,
  passwords: pulumi.Input<Record<string, string>>,
): pulumi.Output<{ username: string; password: string }> {
  const username = loadBalancer.catalogUsers[0] ?? access.users[0] ?? "";
  return pulumi.secret(pulumi.output(passwords).apply((all) => ({ username, password: all[username] ?? "" })));
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
