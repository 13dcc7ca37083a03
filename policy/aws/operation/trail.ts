import { mlps, PolicyGroup, securityHub } from "ha-registry-policy-common";
import { awsPolicy } from "../aws-policy";
import { types } from "../resources";

interface Trail {
  enableLogFileValidation?: boolean;
  enableLogging?: boolean;
  isMultiRegionTrail?: boolean;
}

/** Trails with gaps: AWS Security Hub CloudTrail.1 and CloudTrail.4. */
export const trail = awsPolicy<Trail>(
  {
    name: "trail",
    group: PolicyGroup.Operation,
    description: "A trail writes, in every region, and can be shown to be whole.",
    reason:
      "Who got hold of rights starts in a region that nobody looks at, and deletes what tells of it afterwards: without digests nobody can show that a file is missing.",
    severity: "medium",
    enforcementLevel: "mandatory",
    mend: "Set `isMultiRegionTrail: true` and `enableLogFileValidation: true`, and leave out `enableLogging`.",
    controls: [securityHub("CloudTrail.1"), securityHub("CloudTrail.4"), mlps("8.1.4.3")],
  },
  types.trail,
  ({ unknown, properties: { enableLogFileValidation, enableLogging, isMultiRegionTrail } }) => [
    ...(enableLogging === false ? ["writes nothing: leave out `enableLogging`"] : []),
    ...(isMultiRegionTrail === true || unknown.has("isMultiRegionTrail")
      ? []
      : ["looks at one region alone: set `isMultiRegionTrail: true`"]),
    ...(enableLogFileValidation === true || unknown.has("enableLogFileValidation")
      ? []
      : ["cannot be shown to be whole: set `enableLogFileValidation: true`"]),
  ],
);
