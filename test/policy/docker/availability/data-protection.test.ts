import { dataProtection } from "ha-registry-policy-docker/dist/availability/data-protection";
import { testPolicy, unknown, node } from "../../support/judge";

function volume(protect: boolean, name = "data") {
  return { type: "docker:index/volume:Volume", protect, properties: { name } };
}

testPolicy(dataProtection, {
  compliant: [
    { what: "protected", plan: [volume(true), node({ mounts: [{ type: "volume", source: "data", target: "/var/lib/registry" }] })] },
    { what: "a volume of files", plan: [volume(false), node({ mounts: [{ type: "volume", source: "data", target: "/files" }] })] },
    {
      what: "a volume of another container",
      plan: [volume(false), { properties: { image: "nginx:1.29", mounts: [{ source: "data", target: "/data" }] } }],
    },
  ],
  violating: [
    {
      what: "as a mount",
      plan: [volume(false), node({ mounts: [{ source: "data", target: "/var/lib/registry" }] })],
      reports: [/^box-1: holds the registry's data/],
    },
    {
      what: "as a volume, deeper",
      plan: [volume(false), node({ volumes: [{ volumeName: "data", containerPath: "/var/lib/registry/docker" }] })],
      reports: [/^box-1/],
    },
    {
      what: "of a store",
      plan: [
        volume(false),
        { properties: { image: "dxflrs/garage:v2.5.0", mounts: [{ source: "data", target: "/var/lib/garage/data" }] } },
      ],
      reports: [/^box-1/],
    },
  ],
  undefinedProperty: [
    { what: "nothing mounted", plan: [volume(false), node()] },
    {
      what: "a name that is not known yet, from the volume",
      plan: [
        { ...volume(false, unknown), name: "data" },
        { ...node({ mounts: [{ source: unknown, target: "/var/lib/registry" }] }), computedFrom: { mounts: ["data"] } },
      ],
      reports: [/^data: /],
    },
    {
      what: "a name that is not known yet, from elsewhere",
      plan: [{ ...volume(false, unknown), name: "data" }, node({ mounts: [{ source: unknown, target: "/var/lib/registry" }] })],
    },
  ],
  configured: [
    {
      what: "another directory",
      plan: [volume(false), node({ mounts: [{ source: "data", target: "/srv" }] })],
      configuration: { dataDirectories: ["/srv"] },
      reports: [/^box-1/],
    },
  ],
});
