import { mlps, PolicyGroup, securityHub, type Finding } from "ha-registry-policy-common";
import { awsStackPolicy } from "../aws-policy";
import { bucketsOf, settingsOf } from "../buckets";
import { types, type Resource } from "../resources";

/** What can be blocked. */
const blocks = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"] as const;

type Block = Partial<Record<(typeof blocks)[number], boolean>>;

/** Buckets that a single mistake opens: AWS Security Hub S3.8. */
export const publicAccessBlock = awsStackPolicy(
  {
    name: "public-access-block",
    group: PolicyGroup.Security,
    description: "Every bucket blocks public access, in all four ways.",
    reason:
      "Buckets with images, keys and backups in them have been found open for years: the block holds whatever is written into a policy or an ACL by mistake.",
    severity: "critical",
    enforcementLevel: "mandatory",
    mend: `Add a BucketPublicAccessBlock with ${blocks.map((block) => `\`${block}\``).join(", ")}, all true.`,
    controls: [securityHub("S3.8"), mlps("8.1.4.2")],
  },
  [types.bucket, types.bucketPublicAccessBlock],
  (resources) =>
    bucketsOf(resources).flatMap((bucket): Finding[] => {
      const settings = settingsOf<Block>(resources, types.bucketPublicAccessBlock, bucket);
      if (settings.length === 0) return [{ message: "does not block public access: add a BucketPublicAccessBlock", about: bucket }];
      return settings.flatMap((about): Finding[] => {
        const missing = missingIn(about);
        return missing.length === 0 ? [] : [{ message: `leaves ways of public access open: set ${missing.join(", ")} to true`, about }];
      });
    }),
);

function missingIn({ unknown, properties }: Resource<Block>): string[] {
  return blocks.filter((block) => properties[block] !== true && !unknown.has(block));
}
