import { publicAddresses } from "ha-registry-policy-aws/dist/security/public-addresses";
import { resource } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

testPolicy(publicAddresses, {
  compliant: [
    { what: "a service inside", plan: [resource("service", { networkConfiguration: { assignPublicIp: false } })] },
    { what: "a subnet for load balancers", plan: [resource("subnet", { mapPublicIpOnLaunch: false })] },
    { what: "hosts inside", plan: [resource("launchTemplate", { networkInterfaces: [{ associatePublicIpAddress: "false" }] })] },
  ],
  violating: [
    {
      what: "a service",
      plan: [resource("service", { networkConfiguration: { assignPublicIp: true } })],
      reports: [/^box: gives its tasks public/],
    },
    { what: "a subnet", plan: [resource("subnet", { mapPublicIpOnLaunch: true })], reports: [/^box: gives everything in it/] },
    {
      what: "hosts",
      plan: [resource("launchTemplate", { networkInterfaces: [{ associatePublicIpAddress: "true" }] })],
      reports: [/^box: gives hosts/],
    },
    { what: "a host", plan: [resource("instance", { associatePublicIpAddress: true })], reports: [/^box: gives hosts/] },
  ],
  undefinedProperty: [
    { what: "nothing", plan: [resource("subnet")] },
    { what: "not known yet", plan: [resource("subnet", { mapPublicIpOnLaunch: unknown })] },
  ],
});
