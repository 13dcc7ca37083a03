import { mlps, PolicyGroup, securityHub } from "ha-registry-policy-common";
import { awsPolicy } from "../aws-policy";
import { types } from "../resources";

interface OpenBucket {
  accessControlPolicy?: { grants?: { grantee?: { uri?: string } }[] };
  acl?: string;
  grants?: { uri?: string }[];
  website?: object;
}

/** Buckets that are open to everyone: AWS Security Hub S3.2 and S3.3. */
export const publicBucket = awsPolicy<OpenBucket>(
  {
    name: "public-bucket",
    group: PolicyGroup.Security,
    description: "No bucket is open to everyone by an ACL, and none is a website.",
    reason:
      "Who lists the bucket has every image of every repository, past the registry's logins and logs; who writes to it replaces what production runs.",
    severity: "critical",
    enforcementLevel: "mandatory",
    mend: "Leave out `acl`, `grants` and `website`; give rights in the bucket's policy, to roles.",
    controls: [securityHub("S3.2"), securityHub("S3.3"), securityHub("S3.12"), mlps("8.1.4.2")],
  },
  [...types.bucket, ...types.bucketAcl],
  ({ properties: { accessControlPolicy, acl = "private", grants = [], website } }) => {
    const granted = [...grants.map(({ uri = "" }) => uri), ...(accessControlPolicy?.grants ?? []).map(({ grantee }) => grantee?.uri ?? "")];
    const open =
      acl.startsWith("public-") || acl === "authenticated-read" || granted.some((uri) => /\/(?:AllUsers|AuthenticatedUsers)$/.test(uri));
    return [
      ...(open ? ["is open to everyone by its ACL: leave that out, and give rights in the bucket's policy"] : []),
      ...(website === undefined ? [] : ["is a website: leave out `website`"]),
    ];
  },
);
