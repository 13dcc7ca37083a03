import * as pulumi from "@pulumi/pulumi";

/** Whether a value is plain already, so that it can be checked before anything is registered. */
export function isKnown<T>(value: pulumi.Input<T> | undefined): value is T {
  return value !== undefined && !pulumi.Output.isInstance(value) && !(value instanceof Promise);
}

/** The value if it is plain already; undefined while it is an output or a promise. */
export function known<T>(value: pulumi.Input<T> | undefined): T | undefined {
  return isKnown(value) ? value : undefined;
}
