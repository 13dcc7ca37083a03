import { writableRoot } from "ha-registry-policy-kubernetes/dist/security/writable-root";
import { testPolicy, unknown } from "../../support/judge";
import { running } from "../../support/kubernetes";

const having = (readOnlyRootFilesystem: unknown) => running({ securityContext: { readOnlyRootFilesystem } });

testPolicy(writableRoot, {
  compliant: [{ what: "read-only", plan: having(true) }],
  violating: [{ what: "writable", plan: having(false), reports: [/^box: the container "registry" has a writable root/] }],
  undefinedProperty: [
    { what: "nothing, which is writable", plan: running({}), reports: [/writable root/] },
    { what: "not known yet", plan: having(unknown) },
  ],
});
