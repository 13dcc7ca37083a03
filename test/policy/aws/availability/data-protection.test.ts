import { dataProtection } from "ha-registry-policy-aws/dist/availability/data-protection";
import { bucket, logging, resource } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

const kept = (properties: Record<string, unknown> = {}, protect = true) => [resource("bucket", properties, { name: "images", protect })];

testPolicy(dataProtection, {
  compliant: [
    { what: "a protected bucket", plan: kept() },
    { what: "a bucket of logs", plan: [...bucket(), logging] },
    { what: "a protected key", plan: [resource("key", {}, { protect: true })] },
  ],
  violating: [
    { what: "a bucket", plan: bucket(), reports: [/^images: may be deleted/] },
    { what: "a bucket that is emptied first", plan: kept({ forceDestroy: true }), reports: [/^images: is emptied .*`forceDestroy`/] },
    { what: "a key", plan: [resource("key")], reports: [/^box: may be deleted/] },
    {
      what: "a repository",
      plan: [resource("repository", { forceDelete: true })],
      reports: [/^box: may be deleted/, /`forceDelete`/],
    },
    { what: "a zone", plan: [resource("zone")], reports: [/^box: may be deleted/] },
  ],
  undefinedProperty: [
    { what: "nothing", plan: kept() },
    { what: "not known yet", plan: kept({ forceDestroy: unknown }) },
  ],
});
