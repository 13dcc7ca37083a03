/** A value of a plan, without what is not known before `up`. */
export interface Known<T> {
  /** What is known of it; what is not is missing. */
  value: T;
  /** Names of the outermost properties in which something is not known. */
  unknown: ReadonlySet<string>;
}

/**
 * Copies what is known of properties. The SDK hands out properties whose unknown parts throw when they are read; it then reports that
 * the whole policy could not run, also where it asks for something else.
 */
export function known<T extends object>(properties: Record<string, unknown>): Known<T> {
  const unknown = new Set<string>();
  const value: Record<string, unknown> = {};
  for (const key of Object.keys(properties)) {
    const note = (): void => void unknown.add(key);
    const read = readKnown(properties, key, note);
    if (read !== undefined) value[key] = read;
  }
  return { value: value as T, unknown };
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
  const read = Object.keys(value).map((name) => [name, readKnown(value, name, note)] as const);
  return Object.fromEntries(read.filter(([, item]) => item !== undefined));
}
