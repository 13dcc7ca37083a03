const SECRET_NAME = /(?:PASSWORD|PASSWD|SECRET|TOKEN|ACCESS_?KEY|API_?KEY|PRIVATE_?KEY|CREDENTIALS?)/;
const NAME_OF_PLACE = /(?:_FILE|_PATH|_DIR|_URL|_TTL|_REALM|_ISSUER|_SERVICE)$/;
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;
const LOGIN_IN_URL = /[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:[^\s/@]+@/i;
const SECRET_ARGUMENT = /^--?(?:requirepass|masterauth|pass(?:word)?|secret(?:-key)?|token)(?:=(.+))?$/i;

const PUBLIC_KEY = /^\s*-----BEGIN (?:CERTIFICATE|PUBLIC KEY)-----/;
const KEY_SET = /^\s*\{\s*"keys"\s*:/;
const SECRET_OF_KEY = /"(?:d|k|p|q)"\s*:/;

/** Whether a text is meant for everyone: certificates and public keys, as PEM or as a set of JSON Web Keys. */
function isPublic(text: string): boolean {
  return PUBLIC_KEY.test(text) || (KEY_SET.test(text) && !SECRET_OF_KEY.test(text));
}

/** Whether a text has a private key or a login in it. */
export function holdsSecret(text: string): boolean {
  return PRIVATE_KEY.test(text) || LOGIN_IN_URL.test(text);
}

/** Whether an environment variable is a secret, by its name or by what is in it. */
export function isSecretVariable(name: string, value: string): boolean {
  const telling = SECRET_NAME.test(name.toUpperCase()) && !NAME_OF_PLACE.test(name.toUpperCase());
  return value !== "" && ((telling && !isPublic(value)) || holdsSecret(value));
}

/** Where secrets stand in an environment: each of its variables that is one and is not allowed. */
export function secretVariables(environment: readonly { name?: string; value?: string }[], allowed: readonly string[]): string[] {
  return environment
    .filter(({ name = "", value = "" }) => !allowed.includes(name) && isSecretVariable(name, value))
    .map(({ name = "" }) => `the environment variable ${name}`);
}

/** Whether a command has a secret among its words. */
export function hasSecretArgument(words: readonly string[]): boolean {
  return words.some((word, index) => {
    const match = SECRET_ARGUMENT.exec(word);
    return holdsSecret(word) || (match !== null && (match[1] ?? words[index + 1]) !== undefined);
  });
}
