/**
 * The htpasswd file of the registry, which takes bcrypt hashes only.
 *
 * @param hashes bcrypt hash by user name.
 * @throws {TypeError} when a name or a hash would break its line.
 */
export function renderHtpasswd(hashes: Readonly<Record<string, string>>): string {
  return Object.entries(hashes)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([user, hash]) =>
        `${checked(user, /^[^:#\s\p{Cc}][^:\s\p{Cc}]*$/u, "user name")}:${checked(hash, bcryptHash, `hash of "${user}"`)}\n`,
    )
    .join("");
}

const bcryptHash = /^\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$/;

function checked(text: string, pattern: RegExp, what: string): string {
  if (!pattern.test(text)) throw new TypeError(`the ${what} cannot stand in an htpasswd file`);
  return text;
}
