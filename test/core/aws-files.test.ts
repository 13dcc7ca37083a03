import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import fc from "fast-check";
import {
  isEcrImage,
  overlaps,
  partOf,
  renderAssumeRolePolicy,
  renderAwsHaproxy,
  renderBucketPolicy,
  renderExecutionPolicy,
  renderFlowLogPolicy,
  renderKeyPolicy,
  renderNodePolicy,
  renderTaskScript,
  resolveAwsTopology,
  taskPath,
  taskVariable,
} from "ha-registry-core";
import type { ZoneTopology } from "ha-registry-core";

// Subnets, policies and files of tasks on AWS. Not proved here: that AWS takes them, and that HAProxy reads its file (test/engine/consumers-aws).

const seed = 20_261_128;
const region = "eu-central-1";

/** Where private networks begin, and how many bits of them are fixed. */
const grounds: [start: string, fixed: number][] = [
  ["10", 8],
  ["172.16", 12],
  ["192.168", 16],
  ["100.64", 10],
];

/** A private network of /16 to /22 at its own base address. */
const network = fc
  .record({
    base: fc.constantFrom(...grounds),
    bits: fc.nat(2 ** 24 - 1),
    length: fc.integer({ min: 16, max: 22 }),
  })
  .map(({ base: [start, fixed], bits, length }) => {
    const first = `${start}.0.0.0`
      .split(".")
      .slice(0, 4)
      .reduce((sum, part) => sum * 256 + Number(part), 0);
    const size = 2 ** (32 - length);
    const address = first + (bits % 2 ** (length - fixed)) * size;
    return `${[24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".")}/${length}`;
  });
const letters = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d", "e", "f"), { minLength: 2 });

function zonesOf(cidr: string, chosen: readonly string[]): ZoneTopology[] {
  const zones = chosen.map((letter) => `${region}${letter}`);
  const made = resolveAwsTopology("team", { region, hostname: "registry.corp.example", network: { cidr, zones } }).network.made;
  assert.ok(made);
  return made.zones;
}

const subnetsOf = (zones: readonly ZoneTopology[]): string[] => zones.flatMap(({ privateCidr, publicCidr }) => [privateCidr, publicCidr]);

/** First address of a network, and the one behind its last. */
function rangeOf(cidr: string): [number, number] {
  const [address = "", length = ""] = cidr.split("/");
  const first = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  return [first, first + 2 ** (32 - Number(length))];
}

describe("subnets", () => {
  function check<T>(property: fc.IProperty<T>): void {
    fc.assert(property, { numRuns: 2000, seed });
  }

  it("are inside the network, at their own base, and apart from each other", () => {
    check(
      fc.property(network, letters, (cidr, chosen) => {
        const [from, end] = rangeOf(cidr);
        const ranges = subnetsOf(zonesOf(cidr, chosen)).map(rangeOf);
        for (const [first, behind] of ranges) {
          assert.ok(first >= from && behind <= end, cidr);
          assert.equal(first % (behind - first), 0, cidr);
        }
        const sorted = [...ranges].sort(([a], [b]) => a - b);
        for (const [index, [first]] of sorted.entries()) assert.ok(first >= (sorted[index - 1]?.[1] ?? 0), cidr);
      }),
    );
  });
  it("stay where they are when zones come, go or change places", () => {
    check(
      fc.property(network, letters, (cidr, chosen) => {
        const all = new Map(zonesOf(cidr, Array.from("abcdef")).map((zone) => [zone.name, zone]));
        for (const zone of zonesOf(cidr, chosen)) assert.deepEqual(zone, all.get(zone.name));
      }),
    );
  });
  it("are as large as AWS wants them, in the smallest network, too", () => {
    for (const subnet of subnetsOf(zonesOf("10.0.4.0/22", Array.from("abcdef")))) assert.ok(Number(subnet.split("/")[1]) <= 28, subnet);
  });
  it("of a part each come to the whole", () => {
    check(
      fc.property(network, fc.integer({ min: 0, max: 4 }), (cidr, power) => {
        const parts = Array.from({ length: 2 ** power }, (_, index) => rangeOf(partOf(cidr, 2 ** power, index)));
        const [from, end] = rangeOf(cidr);
        assert.equal(parts[0]?.[0], from);
        assert.equal(parts.at(-1)?.[1], end);
        for (const [index, [first]] of parts.entries()) if (index > 0) assert.equal(first, parts[index - 1]?.[1]);
      }),
    );
  });
  it("overlap when one address is in both, and then alone", () => {
    fc.assert(
      fc.property(network, network, (a, b) => {
        const [[fromA, endA], [fromB, endB]] = [rangeOf(a), rangeOf(b)];
        const shared = Math.max(fromA, fromB) < Math.min(endA, endB);
        assert.equal(overlaps(a, b), shared);
        assert.equal(overlaps(b, a), shared);
        assert.ok(overlaps(a, a));
      }),
      { numRuns: 2000, seed },
    );
    assert.ok(overlaps("10.0.0.0/8", "10.1.2.0/24"));
    assert.ok(!overlaps("10.0.0.0/24", "10.0.1.0/24"));
  });
});

interface Statement {
  Sid: string;
  Effect: string;
  Action: string | string[];
  Resource?: string | string[];
  Principal?: unknown;
  Condition?: unknown;
}

const statementsOf = (policy: string): Statement[] => (JSON.parse(policy) as { Statement: Statement[] }).Statement;
const place = { partition: "aws", region, account: "123456789012" };
const bucketArn = "arn:aws:s3:::images";
const keyArn = `arn:aws:kms:${region}:123456789012:key/mine`;

describe("policies", () => {
  it("let nodes do what distribution's driver does, in their own prefix, and use their key", () => {
    const objects = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject"];
    assert.deepEqual(statementsOf(renderNodePolicy(bucketArn, "/teams/one/", keyArn)), [
      {
        Sid: "Bucket",
        Effect: "Allow",
        Action: ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"],
        Resource: bucketArn,
      },
      { Sid: "Objects", Effect: "Allow", Action: objects, Resource: `${bucketArn}/teams/one/*` },
      { Sid: "Key", Effect: "Allow", Action: ["kms:Decrypt", "kms:GenerateDataKey"], Resource: keyArn },
    ]);
    assert.deepEqual(
      statementsOf(renderNodePolicy(bucketArn, undefined, undefined)).map(({ Sid }) => Sid),
      ["Bucket", "Objects"],
    );
  });
  it("bound nodes to where the driver puts objects, however the prefix is written", () => {
    // The driver takes slashes away from both ends of the prefix.
    const prefixes: [string | undefined, string][] = [
      [undefined, "*"],
      ["/", "*"],
      ["one", "one/*"],
      ["/one//", "one/*"],
      ["one/two", "one/two/*"],
    ];
    for (const [rootDirectory, expected] of prefixes) {
      const objects = statementsOf(renderNodePolicy(bucketArn, rootDirectory, keyArn)).find(({ Sid }) => Sid === "Objects");
      assert.equal(objects?.Resource, `${bucketArn}/${expected}`, rootDirectory);
    }
  });
  it("let ECS start tasks with what is theirs, and with ECR only where images are there", () => {
    const needs = { secretArns: ["arn:b", "arn:a"], keyArn, logGroupArn: "arn:log", ecrImages: [] };
    assert.deepEqual(statementsOf(renderExecutionPolicy(needs, place)), [
      { Sid: "Secrets", Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: ["arn:a", "arn:b"] },
      { Sid: "Key", Effect: "Allow", Action: "kms:Decrypt", Resource: keyArn },
      { Sid: "Log", Effect: "Allow", Action: ["logs:CreateLogStream", "logs:PutLogEvents"], Resource: "arn:log:log-stream:*" },
    ]);
    const image = "210987654321.dkr.ecr.cn-north-1.amazonaws.com.cn/mirror/registry";
    const ecrImages = [`${image}:3.1.2@sha256:${"0".repeat(64)}`, `${image}:3.1.1`];
    assert.deepEqual(statementsOf(renderExecutionPolicy({ ...needs, ecrImages }, { ...place, partition: "aws-cn" })).slice(3), [
      {
        Sid: "Images",
        Effect: "Allow",
        Action: ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        Resource: ["arn:aws-cn:ecr:cn-north-1:210987654321:repository/mirror/registry"],
      },
      { Sid: "Login", Effect: "Allow", Action: "ecr:GetAuthorizationToken", Resource: "*" },
    ]);
  });
  it("know ECR's images from others that look like them", () => {
    assert.ok(isEcrImage("123456789012.dkr.ecr.us-gov-west-1.amazonaws.com/registry:3"));
    for (const image of [
      "registry:3",
      "public.ecr.aws/docker/library/registry:3",
      "123456789012.dkr.ecr.eu-west-1.amazonaws.com.evil.example/registry",
    ])
      assert.ok(!isEcrImage(image), image);
  });
  it("let services act for this account and region alone", () => {
    assert.deepEqual(statementsOf(renderAssumeRolePolicy("ecs-tasks", "ecs", { ...place, partition: "aws-us-gov" })), [
      {
        Sid: "Assume",
        Effect: "Allow",
        Principal: { Service: "ecs-tasks.amazonaws.com" },
        Action: "sts:AssumeRole",
        Condition: {
          ArnLike: { "aws:SourceArn": `arn:aws-us-gov:ecs:${region}:123456789012:*` },
          StringEquals: { "aws:SourceAccount": "123456789012" },
        },
      },
    ]);
  });
  it("leave the key to the account, and to CloudWatch for this registry's logs, under its name in each partition", () => {
    const [account, logs] = statementsOf(renderKeyPolicy("team", place));
    assert.deepEqual(account?.Principal, { AWS: "arn:aws:iam::123456789012:root" });
    assert.deepEqual(logs?.Action, ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]);
    assert.deepEqual(logs.Condition, {
      ArnLike: { "kms:EncryptionContext:aws:logs:arn": `arn:aws:logs:${region}:123456789012:log-group:/ha-registry/team/*` },
    });
    const principal = (partition: string, of: string): unknown =>
      statementsOf(renderKeyPolicy("team", { partition, region: of, account: "123456789012" }))[1]?.Principal;
    assert.deepEqual(principal("aws", region), { Service: "logs.eu-central-1.amazonaws.com" });
    assert.deepEqual(principal("aws-cn", "cn-north-1"), { Service: "logs.cn-north-1.amazonaws.com.cn" });
    assert.deepEqual(principal("aws-us-gov", "us-gov-west-1"), { Service: "logs.us-gov-west-1.amazonaws.com" });
  });
  it("deny everybody to speak with a bucket in clear or with old TLS, and allow nobody anything", () => {
    assert.deepEqual(
      statementsOf(renderBucketPolicy(bucketArn)).map(({ Effect, Action, Resource, Condition }) => [Effect, Action, Resource, Condition]),
      [{ Bool: { "aws:SecureTransport": "false" } }, { NumericLessThan: { "s3:TlsVersion": "1.2" } }].map((condition) => [
        "Deny",
        "s3:*",
        [bucketArn, `${bucketArn}/*`],
        condition,
      ]),
    );
  });
  it("let a flow log write into its own group", () => {
    assert.deepEqual(statementsOf(renderFlowLogPolicy("arn:log")), [
      {
        Sid: "Log",
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
        Resource: ["arn:log", "arn:log:*"],
      },
    ]);
  });
  it("allow all actions, or all resources, only as said above", () => {
    const needs = { secretArns: ["arn:a"], keyArn, logGroupArn: "arn:log", ecrImages: ["123456789012.dkr.ecr.eu-west-1.amazonaws.com/a"] };
    const all = [
      renderNodePolicy(bucketArn, undefined, keyArn),
      renderExecutionPolicy(needs, place),
      renderAssumeRolePolicy("ecs-tasks", "ecs", place),
      renderKeyPolicy("team", place),
      renderFlowLogPolicy("arn:log"),
    ].flatMap(statementsOf);
    const wide = all.filter(({ Action, Resource }) => [Action].flat().some((action) => action.endsWith(":*")) || Resource === "*");
    assert.deepEqual(
      wide.map(({ Sid }) => Sid),
      ["Login", "Account", "Logs", "Alarms"],
    );
  });
});

describe("the script that a container of a task starts with", () => {
  const directory = mkdtempSync(join(tmpdir(), "task-"));
  after(() => rmSync(directory, { recursive: true, force: true }));

  /** Runs a script with its files in a directory of the test's, and tells what its program said. */
  function run(files: Record<string, string>, command: readonly string[]): { environment: string; status: number | null } {
    const script = renderTaskScript(Object.keys(files), command).replaceAll(taskPath(""), `${directory}/files/`);
    assert.ok(!script.includes("/dev/shm/ha-registry/"));
    const placed = script.replace("/dev/shm/ha-registry", `${directory}/files`);
    const variables = Object.fromEntries(Object.entries(files).map(([name, text]) => [taskVariable(name), text]));
    const { stdout, stderr, status } = spawnSync("sh", ["-c", placed], {
      env: { PATH: process.env["PATH"], LEFT: "alone", ...variables },
      encoding: "utf8",
    });
    assert.equal(stderr, "");
    return { environment: stdout, status };
  }

  it("writes files byte by byte, and the program sees none of the variables", () => {
    const text = fc.oneof(
      fc.string({ unit: fc.constantFrom("'", '"', "\n", "$", "\\", "`", "%", " ", "a", "é", "-", "\t", "$(id)", "${HOME}", "\\n", "\\c") }),
      fc.string({ unit: "binary" }).map((any) => Buffer.from(any.replaceAll("\0", "")).toString()),
    );
    fc.assert(
      fc.property(text, text, (config, htpasswd) => {
        const { environment, status } = run({ "config.yml": config, htpasswd }, ["env"]);
        assert.equal(status, 0);
        for (const [name, expected] of Object.entries({ "config.yml": config, htpasswd })) {
          const path = join(directory, "files", name);
          assert.ok(readFileSync(path).equals(Buffer.from(expected)), JSON.stringify(expected));
          assert.equal(statSync(path).mode & 0o777, 0o600);
        }
        assert.equal(statSync(join(directory, "files")).mode & 0o777, 0o700);
        assert.match(environment, /^LEFT=alone$/m);
        assert.doesNotMatch(environment, /HA_REGISTRY_FILE/);
      }),
      { numRuns: 100, seed },
    );
  });
  it("becomes the program, so that signals reach that", () => {
    assert.match(
      renderTaskScript(["config.yml"], ["registry", "serve", taskPath("config.yml")]),
      /\nexec registry serve \/dev\/shm\/ha-registry\/config\.yml$/,
    );
    assert.equal(run({ "config.yml": "" }, ["sh", "-c", "'exit 7'"]).status, 7);
  });
  it("does not start a program whose file did not come", () => {
    const { status, stderr } = spawnSync(
      "sh",
      ["-c", renderTaskScript(["config.yml"], ["env"]).replaceAll("/dev/shm/ha-registry", join(directory, "none"))],
      {
        env: { PATH: process.env["PATH"] },
        encoding: "utf8",
      },
    );
    assert.notEqual(status, 0);
    assert.match(stderr, /HA_REGISTRY_FILE_CONFIG_YML/);
  });
});

describe("HAProxy in a task", () => {
  const text = renderAwsHaproxy(
    resolveAwsTopology("team", { region, hostname: "registry.corp.example", loadBalancer: { allowedAddressRanges: ["10.0.0.0/8"] } }),
    { certificate: taskPath("balancer.pem") },
  );
  it("takes TLS behind a PROXY header at the port that the load balancer knows", () => {
    assert.match(text, /^ +bind :5443 accept-proxy ssl crt "?\/dev\/shm\/ha-registry\/balancer\.pem"? alpn http\/1\.1$/m);
  });
  it("leaves it to security groups who may connect, and asks the task's own registry alone", () => {
    assert.doesNotMatch(text, /from_allowed_address/);
    assert.deepEqual(
      text.split("\n").flatMap((line) => /^ +server (\S+ \S+)/.exec(line)?.[1] ?? []),
      ["node 127.0.0.1:5000", "node 127.0.0.1:5000"],
    );
  });
});
