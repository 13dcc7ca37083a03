import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource";
import { Ingress } from "@pulumi/kubernetes/networking/v1/ingress";
import type * as pulumi from "@pulumi/pulumi";
import { RouteKind } from "ha-registry-core";
import type { GatewayTopology, IngressTopology, KubernetesTopology } from "ha-registry-core";
import { metadataOf } from "./objects";

const part = "balancer";

/** Puts an Ingress or a route before the balancers' Service, where there is one. */
export function expose(
  name: string,
  topology: KubernetesTopology,
  namespaceName: pulumi.Input<string>,
  certificateSecretName: pulumi.Input<string> | undefined,
  opts: pulumi.CustomResourceOptions,
): void {
  const { ingress, gateway } = topology.loadBalancer;
  if (ingress !== undefined) makeIngress(name, topology, ingress, namespaceName, certificateSecretName, opts);
  if (gateway !== undefined) makeRoute(name, topology, gateway, namespaceName, opts);
}

function makeIngress(
  name: string,
  topology: KubernetesTopology,
  { className, annotations }: IngressTopology,
  namespaceName: pulumi.Input<string>,
  secretName: pulumi.Input<string> | undefined,
  opts: pulumi.CustomResourceOptions,
): void {
  const { hostname, loadBalancer } = topology;
  const backend = { service: { name: loadBalancer.serviceName, port: { name: "registry" } } };
  new Ingress(
    name,
    {
      metadata: metadataOf(topology, part, topology.name, namespaceName, annotations),
      spec: {
        ingressClassName: className,
        ...(secretName === undefined ? {} : { tls: [{ hosts: [hostname], secretName }] }),
        rules: [{ host: hostname, http: { paths: [{ path: "/", pathType: "Prefix", backend }] } }],
      },
    },
    opts,
  );
}

/** Routes are custom resources, and the API server refuses them where the Gateway API is not installed. */
function makeRoute(
  name: string,
  topology: KubernetesTopology,
  gateway: GatewayTopology,
  namespaceName: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): void {
  const { hostname, loadBalancer } = topology;
  const backendRefs = [{ name: loadBalancer.serviceName, port: loadBalancer.port }];
  const rule =
    gateway.kind === RouteKind.TLSRoute
      ? { backendRefs }
      : {
          matches: [{ path: { type: "PathPrefix", value: "/" } }],
          backendRefs,
          // No bound: a layer takes as long as it takes, and HAProxy ends what is idle.
          timeouts: { request: "0s", backendRequest: "0s" },
        };
  new CustomResource(
    name,
    {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: gateway.kind,
      metadata: metadataOf(topology, part, topology.name, namespaceName),
      spec: {
        parentRefs: [
          {
            name: gateway.name,
            namespace: gateway.namespace,
            ...(gateway.sectionName === undefined ? {} : { sectionName: gateway.sectionName }),
          },
        ],
        hostnames: [hostname],
        rules: [rule],
      },
    },
    opts,
  );
}
