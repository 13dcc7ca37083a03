import { PolicyGroup, securityHub } from "ha-registry-policy-common";
import { awsPolicy } from "../aws-policy";
import { types } from "../resources";

/** Certificates that end: AWS Security Hub ACM.1. */
export const certificateRenewal = awsPolicy<{ certificateAuthorityArn?: string; certificateBody?: string; validationMethod?: string }>(
  {
    name: "certificate-renewal",
    group: PolicyGroup.Operation,
    description: "Certificates from ACM are validated by DNS, so that ACM renews them by itself.",
    reason: "One that is validated by mail waits for somebody to click, each time anew; when nobody does every pull fails on one day.",
    severity: "medium",
    enforcementLevel: "mandatory",
    mend: 'Set `validationMethod: "DNS"`, and keep the records in the zone. Those that are imported are for you to renew.',
    controls: [securityHub("ACM.1")],
  },
  types.certificate,
  ({ properties: { certificateAuthorityArn, certificateBody, validationMethod } }) =>
    validationMethod === "EMAIL" && certificateAuthorityArn === undefined && certificateBody === undefined
      ? ['is renewed when somebody clicks in a mail: set `validationMethod: "DNS"`']
      : [],
);
