/** A value of a plan, without what is not known before `up`. */
export interface Known<T> {
  /** What is known of it; what is not is missing. */
  value: T;
  /** Names of the outermost properties in which something is not known. */
  unknown: ReadonlySet<string>;
}

/** Names of properties in which something is not known, by the object that lacks it. */
const hidden = new WeakMap<object, Set<string>>();

/**
 * Copies what is known of properties. The SDK hands out properties whose unknown parts throw when they are read; it then reports that
 * the whole policy could not run, also where it asks for something else.
 */
export function known<T extends object>(properties: Record<string, unknown>): Known<T> {
  const value = copy(properties, Object.keys(properties));
  return { value: value as T, unknown: hidden.get(value) ?? new Set() };
}

/** Whether something in a property of an object that {@link known} has copied is not known, so that nothing can be said of it. */
export function isHidden(owner: object | undefined, name: string): boolean {
  return owner !== undefined && hidden.get(owner)?.has(name) === true;
}

function copy(owner: object, names: readonly string[]): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  const unknown = new Set<string>();
  for (const name of names) {
    const read = readKnown(owner, name, () => void unknown.add(name));
    if (read !== undefined) value[name] = read;
  }
  if (unknown.size > 0) hidden.set(value, unknown);
  return value;
}

function readKnown(owner: object, key: string, note: () => void): unknown {
  let value: unknown;
  try {
    value = (owner as Record<string, unknown>)[key];
  } catch {
    note();
    return undefined;
  }
  if (Array.isArray(value))
    return [...value.keys()].map((index) => readKnown(value, String(index), note)).filter((item) => item !== undefined);
  if (typeof value !== "object" || value === null) return value ?? undefined;
  const read = copy(value, Object.keys(value));
  if (hidden.has(read)) note();
  return read;
}
