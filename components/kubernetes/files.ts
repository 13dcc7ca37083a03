import { createHash } from "node:crypto";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap";
import { Secret } from "@pulumi/kubernetes/core/v1/secret";
import type * as inputs from "@pulumi/kubernetes/types/input";
import * as pulumi from "@pulumi/pulumi";
import { filesDirectory } from "ha-registry-core";
import type { KubernetesTopology } from "ha-registry-core";
import { base64, metadataOf } from "./objects";

/** Arguments of `Files`. */
export interface FilesArgs {
  /** The resolved registry. */
  topology: KubernetesTopology;
  /** Namespace of the registry. */
  namespaceName: pulumi.Input<string>;
  /** The part that the files are for, as `redis`. */
  part: string;
  /** Files without secrets, by name: their changes are readable in a preview. @default - none */
  plain?: Record<string, pulumi.Input<string>>;
  /** Files with secrets, by name. Each, or one of them, holds 128 random bits at the least, since names tell a digest of them all. @default - none */
  secret?: Record<string, pulumi.Input<string>>;
}

/**
 * Files for pods: a ConfigMap and a Secret that never change. Their names follow from their content, so that a changed file has pods rolled, that a pod
 * which starts again meanwhile reads what it was made with, and that what is old goes when nobody needs it any more.
 */
export class Files extends pulumi.ComponentResource {
  /** Name of the ConfigMap. */
  readonly configMapName: pulumi.Output<string>;
  /** Name of the Secret; of none where there are no secrets. */
  readonly secretName: pulumi.Output<string>;

  constructor(name: string, args: FilesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-registry-kubernetes:index:Files", name, {}, opts);
    const { topology, namespaceName, part, plain = {}, secret = {} } = args;
    const child = { parent: this };

    this.configMapName = contentName(name, plain);
    this.secretName = contentName(name, secret);
    new ConfigMap(
      `${name}-plain`,
      { metadata: metadataOf(topology, part, this.configMapName, namespaceName), immutable: true, data: plain },
      child,
    );
    if (Object.keys(secret).length > 0)
      new Secret(
        `${name}-secret`,
        {
          metadata: metadataOf(topology, part, this.secretName, namespaceName),
          type: "Opaque",
          immutable: true,
          data: Object.fromEntries(Object.entries(secret).map(([file, content]) => [file, pulumi.secret(content).apply(base64)])),
        },
        child,
      );
    this.registerOutputs({ configMapName: this.configMapName, secretName: this.secretName });
  }
}

/** A name that ends in a digest of the content; the digest of what holds enough random bits is no secret. */
function contentName(name: string, files: Record<string, pulumi.Input<string>>): pulumi.Output<string> {
  return pulumi.unsecret(
    pulumi.all(files).apply((contents) => {
      const sorted = Object.entries(contents).sort(([a], [b]) => (a < b ? -1 : 1));
      return `${name}-${createHash("sha256").update(JSON.stringify(sorted)).digest("hex").slice(0, 12)}`;
    }),
  );
}

/** The volume with all of them. */
export function filesVolume(
  { configMapName, secretName }: Pick<Files, "configMapName" | "secretName">,
  withSecrets = true,
  name = "files",
): inputs.core.v1.Volume {
  const secrets = withSecrets ? [{ secret: { name: secretName } }] : [];
  return { name, projected: { defaultMode: 0o440, sources: [{ configMap: { name: configMapName } }, ...secrets] } };
}

/** Where it is mounted. */
export const filesMount: inputs.core.v1.VolumeMount = { name: "files", mountPath: filesDirectory, readOnly: true };

/** Path of a file in a pod. */
export function pathOf(name: string): string {
  return `${filesDirectory}/${name}`;
}

/** The path of a file, where there is such a file. */
export function pathIf(present: unknown, name: string): string | undefined {
  return present === undefined ? undefined : pathOf(name);
}
