import * as pulumi from "@pulumi/pulumi";

export * from "./check-arguments";
export * from "./garage-secrets";
export * from "./issue-certificate";
export * from "./known";
export * from "./logins";

/** The entries of `inputs` that are given, as one output; the others are left out rather than undefined. */
export function given<T>(inputs: Record<string, pulumi.Input<T> | undefined>): pulumi.Output<Record<string, T>> {
  const present = Object.entries(inputs).filter((entry): entry is [string, pulumi.Input<T>] => entry[1] !== undefined);
  return pulumi
    .all(present.map(([, value]) => pulumi.output(value)))
    .apply((values) => Object.fromEntries(present.map(([key], index) => [key, values[index] as T])));
}
