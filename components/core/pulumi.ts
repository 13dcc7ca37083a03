import * as pulumi from "@pulumi/pulumi";

export * from "./check-arguments";
export * from "./garage-secrets";
export * from "./issue-certificate";
export * from "./known";
export * from "./logins";

/** The entries of `inputs` that are given; the others are left out rather than undefined. */
export function present<T>(inputs: Record<string, pulumi.Input<T> | undefined>): Record<string, pulumi.Input<T>> {
  return Object.fromEntries(Object.entries(inputs).filter((entry): entry is [string, pulumi.Input<T>] => entry[1] !== undefined));
}

/** The same as one output. */
export function given<T>(inputs: Record<string, pulumi.Input<T> | undefined>): pulumi.Output<Record<string, T>> {
  const entries = Object.entries(present(inputs));
  return pulumi
    .all(entries.map(([, value]) => pulumi.output(value)))
    .apply((values) => Object.fromEntries(entries.map(([key], index) => [key, values[index] as T])));
}
