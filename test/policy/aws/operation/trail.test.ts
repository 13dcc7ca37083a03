import { trail } from "ha-registry-policy-aws/dist/operation/trail";
import { resource } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const writing = (changes: Record<string, unknown> = {}) => [
  resource("trail", { enableLogFileValidation: true, isMultiRegionTrail: true, ...changes }),
];

testPolicy(trail, {
  compliant: [{ what: "whole", plan: writing() }],
  violating: [
    { what: "switched off", plan: writing({ enableLogging: false }), reports: [/^box: writes nothing/] },
    { what: "one region", plan: writing({ isMultiRegionTrail: false }), reports: [/one region alone/] },
    { what: "without digests", plan: writing({ enableLogFileValidation: false }), reports: [/shown to be whole/] },
  ],
  undefinedProperty: [
    { what: "nothing", plan: [resource("trail")], reports: [/one region/, /whole/] },
    { what: "not known yet", plan: writing({ isMultiRegionTrail: unknown, enableLogFileValidation: unknown }) },
  ],
});
