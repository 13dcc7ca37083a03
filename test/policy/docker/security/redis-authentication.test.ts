import { redisAuthentication } from "ha-registry-policy-docker/dist/security/redis-authentication";
import { testPolicy, unknown } from "../../support/judge";

function redis(properties: Record<string, unknown>) {
  return { image: "valkey/valkey:8.1", ...properties };
}

testPolicy(redisAuthentication, {
  compliant: [
    {
      what: "a password in its file",
      plan: redis({ command: ["redis-server", "/r.conf"], uploads: [{ file: "/r.conf", content: "port 0\nrequirepass abc\n" }] }),
    },
    {
      what: "users of its own",
      plan: redis({
        command: ["redis-server", "/r.conf"],
        uploads: [{ file: "/r.conf", content: "user default off\nuser registry on\n" }],
      }),
    },
    {
      what: "a file that cannot be seen",
      plan: redis({ command: ["redis-server", "/c/r.conf"], volumes: [{ hostPath: "/srv", containerPath: "/c" }] }),
    },
    { what: "no Redis", plan: { image: "registry:3.1.2" } },
  ],
  violating: [
    {
      what: "with what the provider fills in",
      plan: [{ properties: redis({}), filledIn: ["command", "entrypoints"] }],
      reports: [/without/],
    },
    { what: "as the image is", plan: redis({}), reports: [/without a password/] },
    {
      what: "a file without one",
      plan: redis({ command: ["redis-server", "/r.conf"], uploads: [{ file: "/r.conf", content: "maxmemory 1mb\n" }] }),
      reports: [/without a password/],
    },
  ],
  undefinedProperty: [
    { what: "a command that is not known yet", plan: redis({ command: unknown }) },
    {
      what: "a file that is not known yet",
      plan: redis({ command: ["redis-server", "/r.conf"], uploads: [{ file: "/r.conf", content: unknown }] }),
    },
  ],
});
