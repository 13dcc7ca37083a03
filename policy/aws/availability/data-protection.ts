import { guides, mlps, PolicyGroup, securityHub, type Finding } from "ha-registry-policy-common";
import { awsStackPolicy } from "../aws-policy";
import { dataBucketsOf, logWriters } from "../buckets";
import { ofKind, types, type Resource } from "../resources";

interface Deletable {
  forceDelete?: boolean;
  forceDestroy?: boolean;
}

/** What images are lost with, or cannot be read or found without. */
const others = [...types.key, ...types.repository, ...types.zone];

/** Images that Pulumi may delete: MLPS 8.1.4.9, AWS Security Hub KMS.3. */
export const dataProtection = awsStackPolicy(
  {
    name: "data-protection",
    group: PolicyGroup.Availability,
    description: "Buckets and repositories with images, the keys that these are encrypted with, and zones are protected.",
    reason:
      "A changed name or region replaces a bucket, and `forceDestroy` empties it first; without its key every image is noise; and a zone that is made anew has other name servers than those that the domain names.",
    severity: "critical",
    enforcementLevel: "mandatory",
    mend: "Set the option `protect: true`, and leave out `forceDestroy` and `forceDelete`.",
    controls: [securityHub("KMS.3"), mlps("8.1.4.9"), guides("backups")],
  },
  [[...types.bucket, ...others], ...logWriters],
  (resources) => {
    const kept: Resource<Deletable>[] = [...dataBucketsOf(resources), ...ofKind<Deletable>(resources, others)];
    return kept.flatMap((about): Finding[] => {
      const { forceDelete = false, forceDestroy = false } = about.properties;
      const emptied = forceDelete || forceDestroy;
      return [
        ...(about.options.protect === true
          ? []
          : [{ message: "may be deleted with a mistaken change: set the option `protect: true`", about }]),
        ...(emptied
          ? [{ message: `is emptied before it is deleted: leave out \`${forceDelete ? "forceDelete" : "forceDestroy"}\``, about }]
          : []),
      ];
    });
  },
);
