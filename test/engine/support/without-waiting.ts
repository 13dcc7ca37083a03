import type * as pulumi from "@pulumi/pulumi";

/** What the provider would wait for in vain, in a cluster without hosts. */
const waitedFor = /:(Deployment|StatefulSet|Service|Ingress)$/;

/** A transform that keeps the Kubernetes provider from waiting until pods run. */
export async function withoutWaiting({
  type,
  props,
  opts,
}: pulumi.ResourceTransformArgs): Promise<pulumi.ResourceTransformResult | undefined> {
  if (!waitedFor.test(type)) return undefined;
  const { metadata } = props as { metadata: { annotations?: Record<string, string> } };
  const annotations = { ...metadata.annotations, "pulumi.com/skipAwait": "true" };
  return { props: { ...props, metadata: { ...metadata, annotations } }, opts };
}
