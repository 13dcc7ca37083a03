import { certificateRenewal } from "ha-registry-policy-aws/dist/operation/certificate-renewal";
import { resource } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const certificate = (properties: Record<string, unknown>) => [resource("certificate", properties)];

testPolicy(certificateRenewal, {
  compliant: [
    { what: "by DNS", plan: certificate({ validationMethod: "DNS" }) },
    { what: "imported", plan: certificate({ certificateBody: "x", validationMethod: "EMAIL" }) },
  ],
  violating: [{ what: "by mail", plan: certificate({ validationMethod: "EMAIL" }), reports: [/^box: is renewed when somebody clicks/] }],
  undefinedProperty: [
    { what: "nothing", plan: certificate({}) },
    { what: "not known yet", plan: certificate({ validationMethod: unknown }) },
  ],
});
