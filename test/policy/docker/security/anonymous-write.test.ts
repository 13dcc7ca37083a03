import { anonymousWrite } from "ha-registry-policy-docker/dist/security/anonymous-write";
import { testPolicy, unknown, node } from "../../support/judge";

const open = "version: 0.1\nstorage:\n  filesystem: {}\n";

function withAuth(auth: string): string {
  return `${open}auth: { ${auth} }\n`;
}

testPolicy(anonymousWrite, {
  compliant: [
    {
      what: "passwords in a file",
      plan: [node({ uploads: [{ file: "/etc/distribution/config.yml", content: withAuth("htpasswd: { path: /x }") }] })],
    },
    { what: "tokens, by variables", plan: [node({ envs: ["REGISTRY_AUTH=token", "REGISTRY_AUTH_TOKEN_REALM=https://x"] })] },
    {
      what: "read-only",
      plan: [
        node({
          uploads: [{ file: "/c.yml", content: `${open}  maintenance: { readonly: { enabled: true } }\n` }],
          command: ["serve", "/c.yml"],
        }),
      ],
    },
    { what: "a mirror takes no pushes", plan: [node({ envs: ["REGISTRY_PROXY_REMOTEURL=https://registry-1.docker.io"] })] },
    {
      what: "a configuration that cannot be seen",
      plan: [node({ volumes: [{ hostPath: "/srv/r.yml", containerPath: "/etc/distribution/config.yml" }] })],
    },
  ],
  violating: [
    {
      what: "as the image is, with what the provider fills in",
      plan: [{ ...node(), filledIn: ["command", "entrypoints", "envs"] }],
      reports: [/as its image/],
    },
    { what: "as the image is", plan: [node()], reports: [/^box: runs a registry as its image/] },
    {
      what: "with a volume, as the guides begin",
      plan: [node({ mounts: [{ source: "d", target: "/var/lib/registry" }] })],
      reports: [/as its image/],
    },
    {
      what: "no auth in the file",
      plan: [node({ command: ["serve", "/c.yml"], uploads: [{ file: "/c.yml", content: open }] })],
      reports: [/^box: configures a registry to which everyone/],
    },
    {
      what: "an empty auth, and one that takes any name",
      plan: [
        { properties: { start: false, uploads: [{ file: "/c.yml", content: `${open}auth:\n` }] } },
        { properties: { start: false, uploads: [{ file: "/d.yml", content: withAuth("silly: { realm: x }") }] } },
      ],
      reports: [/^box-1: /, /^box-2: /],
    },
  ],
  undefinedProperty: [
    { what: "no registry", plan: { image: "nginx:1.29" } },
    { what: "a configuration that is not known yet", plan: [node({ command: unknown })] },
    { what: "a file that is not known yet", plan: [node({ uploads: [{ file: "/c.yml", content: unknown }] })] },
  ],
});
