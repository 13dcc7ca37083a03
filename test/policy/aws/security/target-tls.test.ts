import { targetTls } from "ha-registry-policy-aws/dist/security/target-tls";
import { resource } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const group = (properties: Record<string, unknown>) => resource("targetGroup", { arn: "arn:group", ...properties }, { name: "targets" });
const listener = (protocol: string, targetGroupArn: unknown = "arn:group") =>
  resource(
    "listener",
    { protocol, defaultActions: [{ type: "forward", targetGroupArn }] },
    { name: "listener", computedFrom: targetGroupArn === unknown ? { defaultActions: ["targets"] } : {} },
  );

testPolicy(targetTls, {
  compliant: [
    { what: "TLS anew", plan: [group({ protocol: "TLS" }), listener("TLS")] },
    { what: "HTTPS anew", plan: [group({ protocol: "HTTPS" }), listener("HTTPS")] },
    { what: "TLS that ends behind it", plan: [group({ protocol: "TCP" }), listener("TCP")] },
    { what: "another load balancer", plan: [group({ protocol: "TCP", targetType: "alb" }), listener("TLS")] },
    { what: "another listener's", plan: [group({ protocol: "TCP" }), listener("TLS", "arn:other")] },
  ],
  violating: [
    { what: "TCP behind TLS", plan: [group({ protocol: "TCP" }), listener("TLS")], reports: [/^targets: gets in clear \(TCP\)/] },
    {
      what: "TCP behind TLS, not known yet",
      plan: [group({ arn: unknown, protocol: "TCP" }), listener("TLS", unknown)],
      reports: [/^targets: /],
    },
    { what: "HTTP", plan: [group({ protocol: "HTTP" })], reports: [/^targets: gets in clear \(HTTP\)/] },
  ],
  undefinedProperty: [
    { what: "no protocol", plan: [group({ targetType: "lambda" })] },
    { what: "not known yet", plan: [group({ protocol: unknown }), listener("TLS")] },
  ],
});
