import { publicBucket } from "ha-registry-policy-aws/dist/security/public-bucket";
import { resource } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const everyone = "http://acs.amazonaws.com/groups/global/AllUsers";

testPolicy(publicBucket, {
  compliant: [
    { what: "private", plan: [resource("bucket", { acl: "private" })] },
    { what: "logs that AWS delivers", plan: [resource("bucketAcl", { acl: "log-delivery-write" })] },
  ],
  violating: [
    { what: "readable", plan: [resource("bucketAcl", { acl: "public-read" })], reports: [/^box: is open to everyone/] },
    { what: "writable", plan: [resource("bucket", { acl: "public-read-write" })], reports: [/^box: is open to everyone/] },
    { what: "by a grant", plan: [resource("bucket", { grants: [{ type: "Group", uri: everyone }] })], reports: [/^box: is open/] },
    {
      what: "by a grant of an ACL",
      plan: [resource("bucketAcl", { accessControlPolicy: { grants: [{ grantee: { type: "Group", uri: everyone } }] } })],
      reports: [/^box: is open/],
    },
    { what: "a website", plan: [resource("bucket", { website: { indexDocument: "index.html" } })], reports: [/^box: is a website/] },
  ],
  undefinedProperty: [
    { what: "nothing", plan: [resource("bucket")] },
    { what: "not known yet", plan: [resource("bucketAcl", { acl: unknown })] },
  ],
});
