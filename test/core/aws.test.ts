import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  AccessMode,
  AwsCertificateSource,
  endpointService,
  isKnownRegion,
  NatGateways,
  partitionOf,
  RegistryError,
  resolveAwsTopology,
  sizeFor,
} from "ha-registry-core";
import type { AwsRegistryShape, AwsTopology } from "ha-registry-core";

// What is asked for on AWS, and what is made of it. Not proved here: that AWS and its provider take it.

const least: AwsRegistryShape = { region: "eu-central-1", hostname: "registry.corp.example" };
const resolve = (shape: Partial<AwsRegistryShape> = {}): AwsTopology => resolveAwsTopology("team", { ...least, ...shape });

/** Paths and messages of the problems of a shape, a line each. */
function problemsOf(shape: Partial<AwsRegistryShape>, name = "team"): string[] {
  try {
    resolveAwsTopology(name, { ...least, ...shape });
  } catch (error) {
    assert.ok(error instanceof RegistryError, String(error));
    return error.problems.map(({ path, message }) => `${path}: ${message}`);
  }
  return [];
}

/** What a caller without types gives. */
const untyped = (value: unknown): never => value as never;

const existing = { vpcId: "vpc-1", cidrs: ["10.1.0.0/16"], privateSubnetIds: ["subnet-1", "subnet-2"] };
const inside = { mirror: "123456789012.dkr.ecr.eu-central-1.amazonaws.com/mirror" };

describe("a registry on AWS", () => {
  it("needs a region and a name that clients use, and no more", () => {
    const { endpoint, authority, network, nodes, redis, loadBalancer, dataProtection, logRetentionDays, certificateSource } = resolve();
    assert.equal(endpoint, "https://registry.corp.example");
    assert.equal(authority, "registry.corp.example");
    assert.deepEqual(
      network.made?.zones.map(({ name }) => name),
      ["eu-central-1a", "eu-central-1b", "eu-central-1c"],
    );
    assert.equal(network.made.natGateways, NatGateways.PerZone);
    assert.equal(network.made.interfaceEndpoints, false);
    assert.equal(nodes.count, 2);
    assert.deepEqual([redis.own, redis.count, redis.nodeType], [true, 2, "cache.t4g.micro"]);
    assert.equal(loadBalancer.internetFacing, false);
    assert.equal(dataProtection, true);
    assert.equal(logRetentionDays, 180);
    assert.equal(certificateSource, AwsCertificateSource.Imported);
  });
  it("lets in private networks and its own where it is told of none", () => {
    assert.deepEqual(resolve({ network: { existing: { ...existing, cidrs: ["198.18.0.0/16"] } } }).loadBalancer.admittedRanges, [
      "10.0.0.0/8",
      "172.16.0.0/12",
      "192.168.0.0/16",
      "100.64.0.0/10",
      "198.18.0.0/16",
    ]);
  });
  it("lets in each network that it is told of once, addresses as networks of one", () => {
    const allowedAddressRanges = ["192.0.2.7", "10.0.0.0/8", "192.0.2.7/32", "2001:db8::1", "2001:db8::/32"];
    assert.deepEqual(resolve({ loadBalancer: { allowedAddressRanges } }).loadBalancer.admittedRanges, [
      "192.0.2.7/32",
      "10.0.0.0/8",
      "2001:db8::1/128",
      "2001:db8::/32",
    ]);
  });
  it("says another port where clients have to say it", () => {
    assert.equal(resolve({ loadBalancer: { port: 5000 } }).authority, "registry.corp.example:5000");
  });
  it("has a certificate of ACM's where the world can see its zone, and one of its own otherwise", () => {
    const zoneName = "Corp.Example";
    const { certificateSource, dns } = resolve({ dns: { zoneName } });
    assert.equal(certificateSource, AwsCertificateSource.Acm);
    assert.deepEqual(dns, { zoneName: "corp.example", privateZone: false });
    assert.equal(resolve({ dns: { zoneName, privateZone: true } }).certificateSource, AwsCertificateSource.Imported);
    const existingCertificateArn = "arn:aws:acm:eu-central-1:123456789012:certificate/mine";
    assert.equal(resolve({ dns: { zoneName }, certificates: { existingCertificateArn } }).certificateSource, AwsCertificateSource.Existing);
  });
  it("tells of every problem at once", () => {
    const problems = problemsOf({ region: "Frankfurt", hostname: "not a name", nodes: { count: 1 }, logs: { retentionDays: 179 } }, "Team");
    const paths = problems.map((problem) => problem.split(":", 1)[0]);
    assert.deepEqual([...new Set(paths)].sort(), ["hostname", "logs.retentionDays", "name", "nodes.count", "region"]);
  });
});

const refusals: Record<string, [Partial<AwsRegistryShape>, RegExp]> = {
  "a region that is none": [{ region: "eu(" }, /^region: "eu\(" is not a region of AWS, as eu-central-1$/],
  "no region": [{ region: untyped(undefined) }, /^region: "undefined" is not a region/],
  "a region that is no text": [{ region: untyped(1) }, /^region: "1" is not a region/],
  "a region that nobody has": [{ region: "eu-central-9" }, /^region: there is no region "eu-central-9".*misspelling/],
  "no host name": [{ hostname: untyped(undefined) }, /^hostname: is missing: give the DNS name/],
  "an address as host name": [{ hostname: "192.0.2.1" }, /^hostname: is missing: give the DNS name/],
  "the machine's own name": [{ hostname: "localhost" }, /^hostname: is missing/],
  "a further name that is none": [{ alternativeNames: ["a b"] }, /^alternativeNames\[0\]: "a b" is neither/],
  nobody: [{ teamSize: 0 }, /^teamSize: 0 is not a whole number from 1/],
  "a tag of AWS's own": [{ tags: { "aws:team": "x" } }, /^tags\.aws:team: "aws:team" cannot be the key of a tag/],
  "a tag of the registry's own": [{ tags: { "ha-registry": "x" } }, /^tags\.ha-registry: .*not beginning with aws: or ha-registry/],
  "a tag with what no tag holds": [{ tags: { team: "a#b" } }, /^tags\.team: "a#b" cannot be the value of a tag/],
  "more tags than there is room for": [
    { tags: Object.fromEntries(Array.from({ length: 41 }, (_, index) => [`tag${index}`, ""])) },
    /^tags: 41 tags: AWS has room for 50/,
  ],
  "a network of nobody's": [
    { network: { cidr: "8.8.0.0/16" } },
    /^network\.cidr: "8\.8\.0\.0\/16" is not a private network of \/16 to \/22/,
  ],
  "a network too small for its parts": [{ network: { cidr: "10.0.0.0/23" } }, /^network\.cidr: /],
  "a network too large for a VPC": [{ network: { cidr: "10.0.0.0/15" } }, /^network\.cidr: /],
  "a network beside its base": [{ network: { cidr: "10.0.1.0/16" } }, /^network\.cidr: .*at its own base address/],
  "a network that reaches out of private ones": [{ network: { cidr: "172.32.0.0/16" } }, /^network\.cidr: /],
  "one zone": [{ network: { zones: ["eu-central-1a"] } }, /^network\.zones: 1 zones: give 2 to 6, so that any one can be lost/],
  "a zone of another region": [
    { network: { zones: ["eu-central-1a", "eu-west-1b"] } },
    /^network\.zones\[1\]: "eu-west-1b" is not a zone of eu-central-1, as eu-central-1a/,
  ],
  "a zone twice": [{ network: { zones: ["eu-central-1a", "eu-central-1a"] } }, /^network\.zones: names a zone twice/],
  "a way out that is none": [
    { network: { natGateways: untyped("some") } },
    /^network\.natGateways: "some" is not one of per-zone, single, none/,
  ],
  "images from outside without a way out": [
    { network: { natGateways: NatGateways.None } },
    /^images: .*registry.* and .*haproxy.* cannot be fetched .*copy the images to ECR in eu-central-1 and name it as images\.mirror/,
  ],
  "images of another region without a way out": [
    { network: { natGateways: NatGateways.None }, images: { mirror: inside.mirror.replace("eu-central-1", "eu-west-1") } },
    /^images: .*eu-west-1.* cannot be fetched/,
  ],
  "no way to anything": [
    { network: { natGateways: NatGateways.None, interfaceEndpoints: false }, images: inside },
    /^network\.interfaceEndpoints: false with natGateways: none leaves tasks no way/,
  ],
  "to change a network that is there": [
    { network: { existing, flowLogs: true } },
    /^network\.flowLogs: has no effect on network\.existing, which stays as it is/,
  ],
  "an existing network without a name": [
    { network: { existing: { ...existing, vpcId: "" } } },
    /^network\.existing\.vpcId: "" is not one word/,
  ],
  "an existing network without addresses": [
    { network: { existing: { ...existing, cidrs: [] } } },
    /^network\.existing\.cidrs: name at least one/,
  ],
  "an existing network beside its base": [
    { network: { existing: { ...existing, cidrs: ["10.1.0.5/16"] } } },
    /^network\.existing\.cidrs\[0\]: "10\.1\.0\.5\/16" is not a network at its own base address/,
  ],
  "one private subnet": [
    { network: { existing: { ...existing, privateSubnetIds: ["subnet-1"] } } },
    /^network\.existing\.privateSubnetIds: 1 subnets: give 2 or more/,
  ],
  "a subnet twice": [
    { network: { existing: { ...existing, privateSubnetIds: ["subnet-1", "subnet-1"] } } },
    /^network\.existing\.privateSubnetIds: names a subnet twice/,
  ],
  "public addresses without public subnets": [
    { network: { existing }, loadBalancer: { internetFacing: true, allowedAddressRanges: ["203.0.113.0/24"] } },
    /^network\.existing\.publicSubnetIds: 0 subnets: give 2 or more/,
  ],
  "public addresses for nobody in particular": [
    { loadBalancer: { internetFacing: true } },
    /^loadBalancer\.allowedAddressRanges: is missing: .*or 0\.0\.0\.0\/0 if that is everybody/,
  ],
  "a range that is none": [
    { loadBalancer: { allowedAddressRanges: ["10.0.0.0/33"] } },
    /^loadBalancer\.allowedAddressRanges\[0\]: "10\.0\.0\.0\/33" is not an address or a network/,
  ],
  "a range beside its base": [
    { loadBalancer: { allowedAddressRanges: ["192.0.2.1", "10.0.0.5/8"] } },
    /^loadBalancer\.allowedAddressRanges\[1\]: security groups take networks at their own base address only, and "10\.0\.0\.5\/8" is none/,
  ],
  "client certificates": [
    { loadBalancer: { clientCertificates: {} } },
    /^loadBalancer\.clientCertificates: cannot be asked for, since it is the Network Load Balancer that ends TLS/,
  ],
  "TLS that is broken": [
    { loadBalancer: { securityPolicy: "ELBSecurityPolicy-2016-08" } },
    /^loadBalancer\.securityPolicy: "ELBSecurityPolicy-2016-08" is not a policy with TLS 1\.2 as its least/,
  ],
  "TLS 1.0 under a newer name": [
    { loadBalancer: { securityPolicy: "ELBSecurityPolicy-TLS13-1-0-2021-06" } },
    /^loadBalancer\.securityPolicy: /,
  ],
  "a port that is none": [{ loadBalancer: { port: 0 } }, /^loadBalancer\.port: 0 is not a whole number from 1 to 65535/],
  "a bucket that is none": [{ loadBalancer: { accessLogsBucket: "Logs" } }, /^loadBalancer\.accessLogsBucket: "Logs" is not a bucket name/],
  "one node": [{ nodes: { count: 1 } }, /^nodes\.count: 1 nodes: give a whole number from 2/],
  "CPUs that Fargate does not have": [
    { nodes: { taskCpus: 3 } },
    /^nodes\.taskCpus: Fargate has no tasks of 3 CPUs: give one of 0\.25, 0\.5, 1, 2, 4, 8, 16$/,
  ],
  "memory that Fargate does not have": [
    { nodes: { taskCpus: 1, taskMemoryMiB: 2500 } },
    /^nodes\.taskMemoryMiB: Fargate has no tasks of 1 CPUs and 2500 MiB: give one of 2048, 3072, /,
  ],
  "no memory": [{ nodes: { taskMemoryMiB: 0 } }, /^nodes\.taskMemoryMiB: Fargate has no tasks of 0\.5 CPUs and 0 MiB/],
  "a task smaller than what is in it": [
    { nodes: { taskCpus: 0.25, taskMemoryMiB: 512 } },
    /^nodes\.taskMemoryMiB: 512 MiB hold less than registry and HAProxy may take, 1088 MiB: give more, or less to nodes\.memoryMiB/,
  ],
  "more memory than so few CPUs have": [
    { nodes: { taskCpus: 0.25, memoryMiB: 4096 } },
    /^nodes\.taskCpus: registry and HAProxy may take 4672 MiB, and with 0\.25 CPUs Fargate has 2048 MiB at the most/,
  ],
  "more CPUs inside than a task has": [
    { nodes: { taskCpus: 1, cpus: 0.75 }, loadBalancer: { cpus: 0.5 } },
    /^nodes\.taskCpus: nodes\.cpus and loadBalancer\.cpus come to 1\.25, and the task has 1: give it more, or them less/,
  ],
  "longer transfers than a load balancer waits for": [
    { nodes: { drainSeconds: 3601 } },
    /^nodes\.drainSeconds: a load balancer of AWS waits for 3600 seconds at the most, not 3601/,
  ],
  "a processor that is none": [{ nodes: { architecture: untyped("MIPS") } }, /^nodes\.architecture: "MIPS" is not one of X86_64, ARM64/],
  "an autoscaler to fewer nodes than there are": [
    { nodes: { count: 4, autoscaling: { maximum: 3 } } },
    /^nodes\.autoscaling\.maximum: 3 is not a whole number from 4/,
  ],
  "credentials that are no secret": [
    { nodes: { imageCredentialsArn: "arn:aws:s3:::mine" } },
    /^nodes\.imageCredentialsArn: "arn:aws:s3:::mine" is not the ARN of a secret in Secrets Manager/,
  ],
  "a prefix that would widen rights": [
    { objectStore: { rootDirectory: "team*" } },
    /^objectStore\.rootDirectory: "team\*" is not a prefix of letters, digits and .* to which the nodes' rights can be bounded/,
  ],
  "a prefix that IAM would read as a variable": [{ objectStore: { rootDirectory: "${aws:userid}" } }, /^objectStore\.rootDirectory: /],
  "parts of uploads that S3 refuses": [{ objectStore: { chunkSizeMiB: 4 } }, /^objectStore\.chunkSizeMiB: 4 is not a whole number from 5/],
  "rules for a bucket that keeps its own": [
    { objectStore: { existingBucket: "mine", tieringDays: 7 } },
    /^objectStore\.tieringDays: has no effect on objectStore\.existingBucket, whose rules stay as they are/,
  ],
  "a bucket in capitals": [{ objectStore: { existingBucket: "Mine" } }, /^objectStore\.existingBucket: "Mine" is not a bucket name/],
  "Redis of a type that is none": [{ redis: { nodeType: "t4g.small" } }, /^redis\.nodeType: "t4g\.small" is not a type of ElastiCache/],
  "a Redis larger than any": [
    { redis: { memoryMiB: 60_000 } },
    /^redis\.memoryMiB: 60000 MiB are more than .*give redis\.nodeType, or less/,
  ],
  "CPUs for Redis": [{ redis: { cpus: 2 } }, /^redis\.cpus: has no effect/],
  "more Redis servers than ElastiCache has": [{ redis: { count: 7 } }, /^redis\.count: 7 is not a whole number from 1 to 6/],
  "a zone that does not own the name": [
    { dns: { zoneName: "orp.example" } },
    /^dns\.zoneName: the zone orp\.example does not own the name registry\.corp\.example: name the zone that does, or another hostname/,
  ],
  "a zone that is no domain": [
    { dns: { zoneName: "(" }, alternativeNames: ["images.corp.example"] },
    /^dns\.zoneName: "\(" is not a domain/,
  ],
  "a zone without a name": [{ dns: untyped({}) }, /^dns\.zoneName: "undefined" is not a domain/],
  "the ID of no zone": [
    { dns: { zoneName: "corp.example", hostedZoneId: "/hostedzone/Z1" } },
    /^dns\.hostedZoneId: "\/hostedzone\/Z1" is not the ID of a hosted zone/,
  ],
  "a name that nobody can prove to ACM": [
    { dns: { zoneName: "corp.example" }, alternativeNames: ["images.corp.example", "*.corp.example", "images.other.example"] },
    /^alternativeNames\[2\]: "images\.other\.example" is not in the zone corp\.example/,
  ],
  "a certificate that is none": [
    { certificates: { existingCertificateArn: "arn:aws:iam::123456789012:server-certificate/mine" } },
    /^certificates\.existingCertificateArn: .* is not the ARN of a certificate in ACM/,
  ],
  "a key that is none": [
    { encryption: { existingKeyArn: "alias/mine" } },
    /^encryption\.existingKeyArn: "alias\/mine" is not the ARN of a KMS key/,
  ],
  "days that CloudWatch does not have": [
    { logs: { retentionDays: 100 } },
    /^logs\.retentionDays: CloudWatch keeps nothing for 100 days: give one of 1, 3, /,
  ],
  "more users than a secret holds": [
    { access: { users: Object.fromEntries(Array.from({ length: 501 }, (_, index) => [`user${index}`, {}])) } },
    /^access\.users: 501 users: a password file for AWS holds 500; use access\.mode "token" for more/,
  ],
};

describe("a shape that cannot be", () => {
  for (const [what, [shape, message]] of Object.entries(refusals))
    it(`is refused, and it is said what to do: ${what}`, () => {
      const problems = problemsOf(shape);
      assert.equal(problems.length, 1, problems.join("\n"));
      assert.match(problems[0] ?? "", message);
    });
});

describe("what may stand where it does", () => {
  const accepted: Record<string, Partial<AwsRegistryShape>> = {
    "no way out, and images in ECR": { network: { natGateways: NatGateways.None }, images: inside },
    "the largest of networks, and the smallest": { network: { cidr: "100.64.0.0/16" } },
    "the smallest of networks in six zones": {
      network: { cidr: "10.0.4.0/22", zones: Array.from("abcdef", (letter) => `eu-central-1${letter}`) },
    },
    "a public load balancer for everybody": { loadBalancer: { internetFacing: true, allowedAddressRanges: ["0.0.0.0/0", "::/0"] } },
    "TLS 1.3 alone": { loadBalancer: { securityPolicy: "ELBSecurityPolicy-TLS13-1-3-2021-06" } },
    "all CPUs of a task": { nodes: { taskCpus: 1, cpus: 0.5 }, loadBalancer: { cpus: 0.5 } },
    "as long as a load balancer waits": { nodes: { drainSeconds: 3600 } },
    "many who come by tokens": {
      access: { mode: AccessMode.Token, token: { realm: "https://auth.corp.example/token", service: "registry", issuer: "auth" } },
    },
    "a name that is its zone": { hostname: "corp.example", dns: { zoneName: "corp.example" } },
    "a wildcard in the zone": { dns: { zoneName: "corp.example" }, alternativeNames: ["*.CORP.example"] },
    "a cache of the user's own type": { redis: { memoryMiB: 100_000, nodeType: "cache.r7g.4xlarge" } },
  };
  for (const [what, shape] of Object.entries(accepted)) it(what, () => assert.deepEqual(problemsOf(shape), []));
});

describe("sizes by team", () => {
  const sizes: [teamSize: number, nodes: number, cpus: number, memoryMiB: number, cache: string][] = [
    [1, 2, 0.5, 2048, "cache.t4g.micro"],
    [49, 2, 0.5, 2048, "cache.t4g.micro"],
    [50, 2, 1, 3072, "cache.t4g.micro"],
    [200, 2, 1, 3072, "cache.t4g.micro"],
    [201, 3, 2, 5120, "cache.t4g.micro"],
    [2000, 4, 2, 7168, "cache.t4g.micro"],
    [1_000_000, 10, 2, 11_264, "cache.t4g.micro"],
  ];
  for (const [teamSize, count, cpus, memoryMiB, cache] of sizes)
    it(`${teamSize}: ${count} nodes of ${cpus} CPUs and ${memoryMiB} MiB`, () => {
      const { nodes, redis } = resolve({ teamSize });
      assert.deepEqual([nodes.count, nodes.cpuUnits, nodes.taskMemoryMiB, redis.nodeType], [count, cpus * 1024, memoryMiB, cache]);
    });
  it("are Fargate's, and hold what is in them, for every team", () => {
    for (let teamSize = 1; teamSize <= 6000; teamSize += 1) {
      const { nodes, node, loadBalancer } = resolve({ teamSize });
      assert.ok(nodes.taskMemoryMiB >= node.memoryMiB + loadBalancer.memoryMiB, `${teamSize}`);
      assert.equal(nodes.count, sizeFor(teamSize).nodes);
    }
  });
  it("take the least task that holds what is given, and the least cache", () => {
    const { nodes, redis } = resolve({ nodes: { taskCpus: 4, memoryMiB: 20_000 }, redis: { memoryMiB: 1401 } });
    assert.equal(nodes.taskMemoryMiB, 21 * 1024);
    assert.equal(redis.nodeType, "cache.t4g.medium");
  });
});

describe("partitions of AWS", () => {
  const partitions: [region: string, partition: string, zones: string[], images: string, logs: string][] = [
    ["eu-central-1", "aws", ["a", "b", "c"], "com.amazonaws.eu-central-1.ecr.api", "com.amazonaws.eu-central-1.logs"],
    ["us-west-1", "aws", ["a", "c"], "com.amazonaws.us-west-1.ecr.api", "com.amazonaws.us-west-1.logs"],
    ["cn-north-1", "aws-cn", ["a", "b", "d"], "cn.com.amazonaws.cn-north-1.ecr.api", "com.amazonaws.cn-north-1.logs"],
    ["cn-northwest-1", "aws-cn", ["a", "b", "c"], "cn.com.amazonaws.cn-northwest-1.ecr.api", "com.amazonaws.cn-northwest-1.logs"],
    ["us-gov-west-1", "aws-us-gov", ["a", "b", "c"], "com.amazonaws.us-gov-west-1.ecr.api", "com.amazonaws.us-gov-west-1.logs"],
  ];
  for (const [region, partition, letters, images, logs] of partitions)
    it(`${region} is in ${partition}`, () => {
      const topology = resolve({ region });
      assert.equal(topology.partition, partition);
      assert.equal(partitionOf(region), partition);
      assert.ok(isKnownRegion(region));
      assert.deepEqual(
        topology.network.made?.zones.map(({ name }) => name),
        letters.map((letter) => `${region}${letter}`),
      );
      assert.equal(endpointService(region, "ecr.api"), images);
      assert.equal(endpointService(region, "logs"), logs);
    });
  it("have names of S3 and secrets without a prefix, in China, too", () => {
    for (const service of ["s3", "secretsmanager"])
      assert.equal(endpointService("cn-north-1", service), `com.amazonaws.cn-north-1.${service}`);
    assert.equal(endpointService("cn-north-1", "ecr.dkr"), "cn.com.amazonaws.cn-north-1.ecr.dkr");
  });
  it("take images of China's ECR without a way out", () => {
    const images = { mirror: "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/mirror" };
    assert.deepEqual(problemsOf({ region: "cn-north-1", network: { natGateways: NatGateways.None }, images }), []);
  });
});
