import { privatePorts } from "ha-registry-policy-kubernetes/dist/security/private-ports";
import { types } from "ha-registry-policy-kubernetes/dist/objects";
import { testPolicy, unknown } from "../../support/judge";
import { object } from "../../support/kubernetes";

const service = (type: string | undefined, ...ports: unknown[]) => [object(types.service, { type, ports })];

testPolicy(privatePorts, {
  compliant: [
    { what: "Redis inside the cluster", plan: service("ClusterIP", { port: 6379 }) },
    { what: "the registry outside", plan: service("LoadBalancer", { port: 443, targetPort: "registry" }) },
  ],
  violating: [
    { what: "Redis on every host", plan: service("NodePort", { port: 6379 }), reports: [/^box: opens port 6379 \(Redis\) outside/] },
    {
      what: "the debug port under another number",
      plan: service("LoadBalancer", { port: 80, targetPort: 5001 }),
      reports: [/5001 \(the registry's debug port\)/],
    },
    { what: "by its name", plan: service("NodePort", { port: 80, targetPort: "debug" }), reports: [/5001/] },
    {
      what: "at an address of its own",
      plan: [object(types.service, { externalIPs: ["192.0.2.1"], ports: [{ port: 9000 }] })],
      reports: [/9000/],
    },
  ],
  undefinedProperty: [
    { what: "no type", plan: service(undefined, { port: 6379 }) },
    { what: "no ports", plan: [object(types.service, { type: "NodePort" })] },
    { what: "not known yet", plan: service("NodePort", { port: unknown }) },
  ],
  configured: [{ what: "other ports", plan: service("NodePort", { port: 6379 }), configuration: { ports: [9999] } }],
});
