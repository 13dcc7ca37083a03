import * as pulumi from "@pulumi/pulumi";

/** Whether a value is plain already, so that it can be checked before anything is registered. */
export function isKnown<T>(value: pulumi.Input<T> | undefined): value is T {
  return value !== undefined && !pulumi.Output.isInstance(value) && !(value instanceof Promise);
}

/** The value if it is plain already; undefined while it is an output or a promise. */
export function known<T>(value: pulumi.Input<T> | undefined): T | undefined {
  return isKnown(value) ? value : undefined;
}

/** The entries of `inputs` that are given, as one output; the others are left out rather than undefined. */
export function given<T>(inputs: Record<string, pulumi.Input<T> | undefined>): pulumi.Output<Record<string, T>> {
  const present = Object.entries(inputs).filter((entry): entry is [string, pulumi.Input<T>] => entry[1] !== undefined);
  return pulumi
    .all(present.map(([, value]) => pulumi.output(value)))
    .apply((values) => Object.fromEntries(present.map(([key], index) => [key, values[index] as T])));
}
