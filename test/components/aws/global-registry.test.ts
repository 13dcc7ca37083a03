import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { GlobalRegistry } from "ha-registry-aws";
import type { GlobalRegistryArgs } from "ha-registry-aws";
import { isKnownRegion, RegistryError, Routing } from "ha-registry-core";
import type { GlobalRegistryShape } from "ha-registry-core";
import { generated, record, recordFailure, valueOf } from "../support/mocks";
import type { Properties, Recording, Registered } from "../support/mocks";

// What is asked of AWS for several regions. Not proved under mocks: that the provider and AWS take it, that S3 copies what it is told to, and that Route 53
// leads clients as it is asked to. What the balancers do with it is shown in test/engine/regions-aws.

const [home, near, far] = ["eu-central-1", "us-east-1", "ap-southeast-2"] as const;

const args: GlobalRegistryArgs = {
  home,
  regions: { [home]: {}, [near]: { nodes: { count: 4 } }, [far]: {} },
  hostname: "registry.corp.example",
  tags: { team: "platform" },
  access: { users: { admin: { catalog: true }, ci: {} } },
  loadBalancer: { allowedAddressRanges: ["192.0.2.0/24"] },
  dns: { zoneName: "corp.example" },
  monitoring: {},
};

let recording: Recording<GlobalRegistry>;

before(async () => {
  recording = await record(() => new GlobalRegistry("team", args));
});

const awsResources = ({ resources }: Recording<unknown>): Registered[] => resources.filter(({ type }) => type.startsWith("aws:"));

/** Kinds that AWS keeps once for all regions. */
const global = /^aws:(iam|route53)\//;

/** Regions that a resource's name names. */
const regionsIn = (name: string): string[] => name.split(/(?<=\d)-|^team-/).flatMap((part) => /[a-z]{2}-[a-z]+-\d$/.exec(part) ?? []);

const promoted = (): Promise<Recording<GlobalRegistry>> => record(() => new GlobalRegistry("team", { ...args, home: near }));

const identity = ({ type, name }: Registered): string => `${type} ${name}`;

interface Statement {
  Sid: string;
  Action: string | string[];
  Resource: string | string[];
  Condition?: unknown;
}

function statements({ inputs }: Registered, field = "policy"): Statement[] {
  return (JSON.parse(String(inputs[field])) as { Statement: Statement[] }).Statement;
}

const arn = (region: string, name: string): string => `arn:aws:mock:${region}:123456789012:${name}`;

describe("every resource", () => {
  it("is in the region that its name has, whatever the provider's own is", () => {
    for (const { type, name, inputs } of awsResources(recording)) {
      if (global.test(type)) continue;
      const region = String(inputs["region"]);
      assert.ok(isKnownRegion(region), `${type} ${name}`);
      assert.ok(regionsIn(name).includes(region), `${type} ${name} is in ${region}`);
    }
  });
  it("belongs to the registry", () => {
    for (const resource of awsResources(recording))
      assert.equal(recording.ancestors(resource).at(-1)?.type, "ha-registry-aws:index:GlobalRegistry", resource.name);
  });
  it("has a name that AWS takes", () => {
    const most: Record<string, number> = { LoadBalancer: 32, TargetGroup: 32, Role: 64, ReplicationGroup: 40 };
    for (const { type, name, inputs } of awsResources(recording)) {
      const longest = most[type.split(":")[2] ?? ""];
      const given = (inputs["name"] ?? inputs["replicationGroupId"]) as string | undefined;
      if (longest !== undefined) assert.ok((given ?? `${name}-1234567`).length <= longest, `${type} ${name}`);
    }
  });
});

describe("what is made once", () => {
  it("are the passwords and the HTTP secret, which every region gets", () => {
    assert.deepEqual(recording.names("RandomPassword").sort(), [
      "team-access-admin",
      "team-access-ci",
      "team-eu-central-1-redis",
      "team-http-secret",
    ]);
    const files = [home, near, far].map(
      (region) =>
        JSON.parse(String(recording.get("SecretVersion", `team-${region}-nodes-registry`).inputs["secretString"])) as Record<
          string,
          string
        >,
    );
    assert.equal(new Set(files.map((of) => of["HA_REGISTRY_FILE_HTPASSWD"])).size, 1);
    for (const { HA_REGISTRY_FILE_CONFIG_YML: config = "" } of files) assert.ok(config.includes(generated("password of team-http-secret")));
  });
  it("is the proof of a name, for the certificates of all regions", () => {
    assert.equal(recording.all("Certificate").length, 3);
    const proofs = recording.names("Record").filter((name) => !name.startsWith("team-dns"));
    assert.deepEqual(proofs, ["team-certificates-proof-registry.corp.example"]);
  });
});

describe("copies", () => {
  it("go from home everywhere, and from everywhere home", () => {
    const rules = (region: string): Properties[] =>
      recording.get("BucketReplicationConfig", `team-${region}-replication`).inputs["rules"] as Properties[];
    assert.deepEqual(
      rules(home).map(({ id }) => id),
      [far, near],
    );
    assert.deepEqual(
      rules(near).map(({ id }) => id),
      [home],
    );
    const [rule] = rules(home);
    assert.deepEqual(rule, {
      id: far,
      priority: 0,
      status: "Enabled",
      filter: { prefix: "" },
      deleteMarkerReplication: { status: "Enabled" },
      sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: "Enabled" } },
      destination: {
        bucket: arn(far, `team-${far}-store`),
        encryptionConfiguration: { replicaKmsKeyId: arn(far, `team-${far}-key`) },
        replicationTime: { status: "Enabled", time: { minutes: 15 } },
        metrics: { status: "Enabled", eventThreshold: { minutes: 15 } },
      },
    });
    assert.deepEqual(rules(near)[0]?.["deleteMarkerReplication"], { status: "Disabled" });
  });
  it("are made with exactly the rights that it takes", () => {
    assert.deepEqual(
      statements(recording.get("RolePolicy", `team-${near}-replication`)).map(({ Action, Resource }) => [Action, Resource]),
      [
        [["s3:GetReplicationConfiguration", "s3:ListBucket"], arn(near, `team-${near}-store`)],
        [
          ["s3:GetObjectVersionAcl", "s3:GetObjectVersionForReplication", "s3:GetObjectVersionTagging"],
          `${arn(near, `team-${near}-store`)}/*`,
        ],
        [["s3:ReplicateObject", "s3:ReplicateTags"], [`${arn(home, `team-${home}-store`)}/*`]],
        ["kms:Decrypt", arn(near, `team-${near}-key`)],
        [["kms:Encrypt", "kms:GenerateDataKey"], [arn(home, `team-${home}-key`)]],
      ],
    );
    const fromHome = statements(recording.get("RolePolicy", `team-${home}-replication`));
    assert.deepEqual(fromHome[2]?.Action, ["s3:ReplicateDelete", "s3:ReplicateObject", "s3:ReplicateTags"]);
    assert.deepEqual(statements(recording.get("Role", `team-${home}-replication`), "assumeRolePolicy")[0]?.Condition, {
      ArnLike: { "aws:SourceArn": arn(home, `team-${home}-store`) },
      StringEquals: { "aws:SourceAccount": "123456789012" },
    });
  });
  it("bring no removals home", () => {
    const refused = (region: string): boolean =>
      statements(recording.get("BucketPolicy", `team-${region}-store`)).some(({ Action }) => Action === "s3:ReplicateDelete");
    assert.deepEqual([home, near, far].map(refused), [true, false, false]);
  });
  it("stay below what IAM takes as a policy, with 30 regions", async () => {
    const many = await withThirty();
    for (const policy of many.all("RolePolicy")) assert.ok(String(policy.inputs["policy"]).length < 10_240, policy.name);
  });
});

describe("a region that is not home", () => {
  it("reads its bucket, and can do nothing else with it", () => {
    assert.deepEqual(
      statements(recording.get("RolePolicy", `team-${near}-nodes-task`)).map(({ Action }) => Action),
      [["s3:GetBucketLocation", "s3:ListBucket"], ["s3:GetObject"], ["kms:Decrypt"]],
    );
  });
  it("has no cache, which nobody would tell what was removed", () => {
    assert.deepEqual(
      recording.all("ReplicationGroup").map(({ inputs }) => inputs["region"]),
      [home],
    );
    const files = JSON.parse(String(recording.get("SecretVersion", `team-${near}-nodes-registry`).inputs["secretString"])) as Record<
      string,
      string
    >;
    assert.doesNotMatch(files["HA_REGISTRY_FILE_CONFIG_YML"] ?? "", /blobdescriptor|redis/);
  });
  it("asks home for what has not arrived", () => {
    assert.match(haproxyOf(recording, near), /server-template home- 3 team-eu-central-1-balancer\S*:443 /);
    assert.doesNotMatch(haproxyOf(recording, home), /home-/);
  });
  it("is joined with home, and let in there", () => {
    assert.deepEqual(recording.names("VpcPeeringConnection").sort(), [
      "team-peering-ap-southeast-2-eu-central-1",
      "team-peering-eu-central-1-us-east-1",
    ]);
    const admitted = recording.all("SecurityGroupIngressRule").filter(({ name }) => name.includes("balancer-from-"));
    const rangesOf = (region: string): unknown[] =>
      admitted
        .filter(({ inputs }) => inputs["region"] === region && inputs["cidrIpv4"] !== undefined)
        .map(({ inputs }) => inputs["cidrIpv4"]);
    assert.deepEqual(rangesOf(home), ["192.0.2.0/24", cidrOf(far), cidrOf(near)]);
    assert.deepEqual(rangesOf(near), ["192.0.2.0/24"]);
    for (const route of recording.all("Route").filter(({ name }) => name.includes("peering")))
      assert.notEqual(route.inputs["destinationCidrBlock"], cidrOf(String(route.inputs["region"])), route.name);
    assert.equal(recording.all("Route").filter(({ name }) => name.includes("peering")).length, 12);
  });
});

const cidrOf = (region: string): unknown => recording.get("Vpc", `team-${region}-network`).inputs["cidrBlock"];

function haproxyOf(of: Recording<unknown>, region: string): string {
  const containers = JSON.parse(String(of.get("TaskDefinition", `team-${region}-nodes`).inputs["containerDefinitions"])) as {
    environment: { name: string; value: string }[];
  }[];
  return containers.flatMap(({ environment }) => environment).find(({ name }) => name === "HA_REGISTRY_FILE_HAPROXY_CFG")?.value ?? "";
}

/** As many regions as are asked for, home first. */
function withRegions(count: number): GlobalRegistryArgs {
  const others = allRegions.filter((region) => region !== home && !/^(cn|us-gov)-/.test(region)).slice(0, count - 1);
  return { ...args, regions: Object.fromEntries([home, ...others].map((region) => [region, {}])) };
}

let thirty: Promise<Recording<GlobalRegistry>> | undefined;
const withThirty = (): Promise<Recording<GlobalRegistry>> => (thirty ??= record(() => new GlobalRegistry("team", withRegions(30))));

const allRegions = [
  ..."af-south-1 ap-east-1 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2 ap-southeast-1 ap-southeast-2".split(" "),
  ..."ap-southeast-3 ap-southeast-4 ap-southeast-5 ca-central-1 ca-west-1 eu-central-1 eu-central-2 eu-north-1 eu-south-1".split(" "),
  ..."eu-south-2 eu-west-1 eu-west-2 eu-west-3 il-central-1 me-central-1 me-south-1 mx-central-1 sa-east-1 us-east-1".split(" "),
  ..."us-east-2 us-west-1 us-west-2".split(" "),
];

describe("regions that come and go", () => {
  it("leave the names and what is made of all others as they were", async () => {
    const fewer = await record(() => new GlobalRegistry("team", { ...args, regions: { [home]: {}, [near]: args.regions[near] ?? {} } }));
    const withFar = new Map(recording.resources.map((resource) => [identity(resource), resource]));
    // What knows of all regions, and is changed in place.
    const knowsOthers = /^aws:(s3\/bucketReplicationConfig|iam\/rolePolicy|ecs\/taskDefinition|secretsmanager\/secretVersion)/;
    for (const resource of awsResources(fewer)) {
      const same = withFar.get(identity(resource));
      assert.ok(same, identity(resource));
      if (!knowsOthers.test(resource.type)) assert.deepEqual(resource.inputs, same.inputs, identity(resource));
    }
    const gone = recording.resources.filter((resource) => !fewer.resources.some((other) => identity(other) === identity(resource)));
    for (const { name } of gone) assert.ok(name.includes(far) || name.endsWith(`balancer-from-${String(cidrOf(far))}`), name);
  });
  it("cost what they cost, however many there are", async () => {
    const counts: number[] = [];
    for (const count of [1, 3, 10]) counts.push((await record(() => new GlobalRegistry("team", withRegions(count)))).resources.length);
    counts.push((await withThirty()).resources.length);
    const [one = 0, three = 0, ten = 0, most = 0] = counts;
    // Regions have two zones or three; those of the first ten have three, and all but one of the thirty.
    const perRegion = (ten - three) / 7;
    assert.ok(Math.abs((most - ten) / 20 - perRegion) < 1, counts.join(", "));
    assert.ok(three - one <= 2 * perRegion + 10, counts.join(", "));
  });
});

describe("a promotion", () => {
  /** Inputs that replace what has them when they change. */
  const replacing: Record<string, string[]> = {
    Bucket: ["bucket", "region"],
    Key: ["region"],
    Vpc: ["cidrBlock", "region"],
    Subnet: ["cidrBlock", "availabilityZone", "region"],
    LoadBalancer: ["name", "internal", "region"],
    TargetGroup: ["name", "port", "protocol", "vpcId", "targetType", "region"],
    Certificate: ["domainName", "subjectAlternativeNames", "validationMethod", "keyAlgorithm", "region"],
    VpcPeeringConnection: ["vpcId", "peerVpcId", "peerRegion", "region"],
    Record: ["name", "type", "setIdentifier"],
    Service: ["cluster", "launchType", "region"],
    Secret: ["kmsKeyId", "region", "name"],
    Zone: ["name"],
  };
  it("replaces nothing, and takes away only former home's cache, with its alarms, and what joined others with it", async () => {
    const after = new Map((await promoted()).resources.map((resource) => [identity(resource), resource]));
    const gone: string[] = [];
    for (const resource of awsResources(recording)) {
      const same = after.get(identity(resource));
      if (same === undefined) gone.push(`${resource.type.split(":")[2]} ${resource.name}`);
      else
        for (const input of replacing[resource.type.split(":")[2] ?? ""] ?? [])
          assert.deepEqual(same.inputs[input], resource.inputs[input], `${identity(resource)} ${input}`);
    }
    for (const name of gone)
      assert.match(name, /redis|peering-ap-southeast-2-eu-central-1|balancer-from-10\.|monitoring-(RedisDown|ReplicationLag)/);
  });
  it("turns the copies round, and home's refusal of removals", async () => {
    const after = await promoted();
    const { rules } = after.get("BucketReplicationConfig", `team-${near}-replication`).inputs as { rules: Properties[] };
    assert.deepEqual(
      rules.map(({ id }) => id),
      [far, home],
    );
    const back = after.get("BucketReplicationConfig", `team-${home}-replication`).inputs["rules"] as Properties[];
    assert.deepEqual(
      back.map(({ id, status, deleteMarkerReplication }) => [id, status, deleteMarkerReplication]),
      [[near, "Enabled", { status: "Disabled" }]],
    );
    assert.ok(statements(after.get("BucketPolicy", `team-${near}-store`)).some(({ Action }) => Action === "s3:ReplicateDelete"));
    assert.match(haproxyOf(after, home), /server-template home- 3 team-us-east-1-balancer/);
    assert.equal(await valueOf(after.result.home), near);
  });
});

describe("the name", () => {
  const records = (of: Recording<unknown>): Registered[] =>
    of
      .all("Record")
      .filter(({ name }) => name.startsWith("team-dns"))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  it("leads to the region that answers soonest, and past one without a healthy node", () => {
    assert.deepEqual(
      records(recording).map(({ inputs }) => [inputs["setIdentifier"], inputs["latencyRoutingPolicies"]]),
      [far, home, near].map((region) => [region, [{ region }]]),
    );
    for (const { inputs } of records(recording))
      assert.equal((inputs["aliases"] as { evaluateTargetHealth: boolean }[])[0]?.evaluateTargetHealth, true);
  });
  it("leads by weight, or by where clients are", async () => {
    const weighted = await record(
      () =>
        new GlobalRegistry("team", {
          ...args,
          regions: { [home]: { routing: { weight: 3 } }, [near]: {} },
          dns: { zoneName: "corp.example", routing: Routing.Weighted },
        }),
    );
    assert.deepEqual(
      records(weighted).map(({ inputs }) => inputs["weightedRoutingPolicies"]),
      [[{ weight: 3 }], [{ weight: 1 }]],
    );
    const located = await record(
      () =>
        new GlobalRegistry("team", {
          ...args,
          regions: { [home]: {}, [near]: { routing: { continents: ["NA", "SA"], countries: ["NA"] } } },
          dns: { zoneName: "corp.example", routing: Routing.Geolocation },
        }),
    );
    assert.deepEqual(
      records(located).map(({ name, inputs }) => [name, inputs["geolocationRoutingPolicies"]]),
      [
        ["team-dns-continent-NA", [{ continent: "NA" }]],
        ["team-dns-continent-SA", [{ continent: "SA" }]],
        ["team-dns-country-NA", [{ country: "NA" }]],
        ["team-dns-default", [{ country: "*" }]],
      ],
    );
  });
});

describe("the certificate", () => {
  it("is of one own CA without a zone, by which regions know home", async () => {
    const { dns: _, ...without } = args;
    const other = await record(() => new GlobalRegistry("team", without));
    assert.match(await valueOf(other.result.caCertificatePem), /BEGIN CERTIFICATE/);
    assert.equal(new Set(other.all("Certificate").map(({ inputs }) => inputs["certificateBody"])).size, 1);
    assert.match(haproxyOf(other, near), /ca-file \S*home-ca\.crt verify required sni str\(registry\.corp\.example\)/);
    assert.match(haproxyOf(recording, near), /ca-file \/etc\/ssl\/certs\/ca-certificates\.crt verify required/);
  });
});

describe("bad arguments", () => {
  it("are refused all at once, before anything is registered", async () => {
    const { error, resources } = await recordFailure(
      () =>
        new GlobalRegistry("team", {
          home: "eu-west-1",
          regions: {
            "eu-central-1": { network: { cidr: "10.200.0.0/16" }, nodes: { count: 1 }, routing: { weight: 2 } },
            "us-east-1": { network: { cidr: "10.200.0.0/20" }, loadBalancer: { port: 8443 } },
            "mars-north-1": {},
          },
          hostname: "registry.other.example",
          objectStore: { existingBucket: "mine" },
          loadBalancer: { internetFacing: true, allowedAddressRanges: ["0.0.0.0/0"] },
          dns: { zoneName: "corp.example" },
          ...(JSON.parse(`{ "tagReads": "somewhere" }`) as Pick<GlobalRegistryShape, "tagReads">),
        }),
    );
    assert.ok(error instanceof RegistryError);
    assert.deepEqual(error.problems.map(({ path }) => path).sort(), [
      "dns.zoneName",
      "home",
      "loadBalancer.internetFacing",
      "objectStore.existingBucket",
      "regions.eu-central-1.nodes.count",
      "regions.eu-central-1.routing.weight",
      "regions.mars-north-1",
      "regions.us-east-1.loadBalancer.port",
      "regions.us-east-1.network",
      "tagReads",
    ]);
    assert.deepEqual(resources, []);
  });
});
