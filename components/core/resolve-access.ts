import { checkText, isText } from "./checks";
import type { Problems } from "./errors";
import { AccessMode } from "./shape";
import type { AccessShape, TokenShape } from "./shape";
import type { AccessTopology } from "./topology";

/** Fills in and checks who may come in. */
export function resolveAccess(shape: AccessShape, problems: Problems): { topology: AccessTopology; catalogUsers: string[] } {
  const mode = shape.mode ?? AccessMode.Htpasswd;
  const modes: string[] = Object.values(AccessMode);
  problems.require(modes.includes(mode), "access.mode", `"${mode}" is not one of ${modes.join(", ")}`);
  checkMode(mode, shape, problems);
  const users = mode === AccessMode.Htpasswd ? (shape.users ?? { admin: { catalog: true } }) : {};
  const names = Object.keys(users).sort();
  if (mode === AccessMode.Htpasswd) checkUsers(names, problems);
  const realm = shape.realm ?? "Registry";
  problems.require(
    isText(realm, /^[^"\\\p{Cc}\p{Cs}]+$/u),
    "access.realm",
    "give one line without quotes and backslashes: it is sent in a header",
  );
  return {
    topology: {
      mode,
      realm,
      users: names,
      tokenRealm: shape.token?.realm,
      tokenService: shape.token?.service,
      tokenIssuer: shape.token?.issuer,
      tokenSigningAlgorithms: shape.token?.signingAlgorithms ?? [],
    },
    catalogUsers: names.filter((name) => users[name]?.catalog === true),
  };
}

function checkMode(mode: AccessMode, shape: AccessShape, problems: Problems): void {
  if (mode === AccessMode.None) {
    problems.require(
      shape.allowAnonymous === true,
      "access.allowAnonymous",
      "without authentication anyone who reaches the port may push and delete: set it to true if that is wanted, or choose another access.mode",
    );
  } else {
    problems.require(shape.allowAnonymous !== true, "access.allowAnonymous", `has no effect with access.mode "${mode}": leave it out`);
  }
  if (mode === AccessMode.Token) checkToken(shape.token, problems);
  else problems.require(shape.token === undefined, "access.token", `has no effect with access.mode "${mode}": leave it out`);
  if (mode !== AccessMode.Htpasswd) {
    problems.require(shape.users === undefined, "access.users", `has no effect with access.mode "${mode}": leave it out`);
  }
}

function checkToken(token: TokenShape | undefined, problems: Problems): void {
  if (token === undefined) {
    problems.add("access.token", 'access.mode "token" needs realm, service and issuer of the authorization server');
    return;
  }
  checkText(problems, "access.token.realm", token.realm ?? "", "url");
  checkText(problems, "access.token.service", token.service ?? "", "line");
  checkText(problems, "access.token.issuer", token.issuer ?? "", "line");
  for (const [index, algorithm] of (token.signingAlgorithms ?? []).entries()) {
    const path = `access.token.signingAlgorithms[${index}]`;
    problems.require(
      isText(algorithm, /^(RS|ES|PS)(256|384|512)$|^EdDSA$/),
      path,
      `"${algorithm}" is not an asymmetric JWS algorithm, as RS256 or EdDSA`,
    );
  }
}

function checkUsers(names: string[], problems: Problems): void {
  problems.require(names.length > 0, "access.users", "nobody could log in: name at least one user, or leave it out for admin");
  for (const name of names) {
    const fits = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/.test(name);
    problems.require(fits, `access.users.${name}`, "a user name is 1 to 64 letters, digits and . _ @ -, with a letter or digit first");
  }
}
