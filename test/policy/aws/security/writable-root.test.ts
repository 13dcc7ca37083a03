import { writableRoot } from "ha-registry-policy-aws/dist/security/writable-root";
import { task, tasks } from "../../support/aws";
import { testPolicy, unknown } from "../../support/judge";

testPolicy(writableRoot, {
  compliant: [{ what: "read-only", plan: [task({ readonlyRootFilesystem: true })] }],
  violating: [
    { what: "writable", plan: [task({ readonlyRootFilesystem: false })], reports: [/^task: the container "registry" has a writable root/] },
    {
      what: "one of two",
      plan: [tasks([{ readonlyRootFilesystem: true }, { name: "balancer", image: "haproxy:3.2.4" }])],
      reports: [/the container "balancer"/],
    },
  ],
  undefinedProperty: [
    { what: "nothing", plan: [task()], reports: [/^task: /] },
    { what: "not known yet", plan: [task({}, { containerDefinitions: unknown })] },
  ],
});
