import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { document, resource, setting, task } from "../../../test/dist/policy/support/aws";
import type { Planned } from "../../../test/dist/policy/support/judge";
import { object, selector, workload } from "../../../test/dist/policy/support/kubernetes";
import { types } from "ha-registry-policy-kubernetes/dist/objects";
import type { Figure } from "../bench";
import { absolute, ratio, type Result } from "../measure/result";
import { alternate } from "../measure/statistics";
import { PolicyHost } from "../programs/policy-host";
import { compliantContainer } from "./policy";

/** Directory of the packs. Compiled, this file lies in `bench/dist/figures`. */
const packs = resolve(__dirname, "../../../policy");

const resources = 100;

/** A stack that is no production: what only that is asked for would have to stand in every plan. */
const stack = "dev";

/**
 * What each pack takes to judge a plan, as the engine asks it, without engine and providers, which the figure `policy` has. Its process starts beside that of the program;
 * Pulumi's own part of it is what a pack without policies takes.
 */
export const policyPacks: Figure = {
  name: "policy-packs",
  about: `time in which each policy pack judges ${resources} resources, and that from its start on, against a pack without policies`,
  async run(bench) {
    const empty = await mkdtemp(join(tmpdir(), "bench-policy-empty-"));
    bench.cleanups.add("the policy pack without policies", () => rm(empty, { recursive: true, force: true }));
    await writeFile(join(empty, "package.json"), JSON.stringify({ version: "0.0.0", main: "index.js" }));
    const sdk = JSON.stringify(require.resolve("@pulumi/policy"));
    await writeFile(join(empty, "index.js"), `new (require(${sdk}).PolicyPack)("empty", { policies: [] });\n`);
    const results: Result[] = [];
    for (const [name, parts] of Object.entries({ docker, kubernetes, aws })) {
      const plan = planOf(parts);
      const { ours, baseline } = await alternate(bench.rounds, {
        ours: () => measure(join(packs, name), plan),
        baseline: () => measure(empty, plan),
      });
      const what = `policy pack for ${name}: ${resources} resources judged`;
      const all = { ours: ours.map(({ total }) => total), baseline: baseline.map(({ total }) => total) };
      results.push(
        absolute(
          { what, unit: "s", goal: { atMost: 2 } },
          ours.map(({ judging }) => judging),
        ),
        ratio({ what: `${what}, from its start on`, against: "a pack without policies", unit: "s" }, all),
      );
    }
    return results;
  },
};

/** Seconds in which a pack answers, and those from its start on. */
async function measure(directory: string, plan: ReturnType<typeof planOf>): Promise<{ judging: number; total: number }> {
  const started = performance.now();
  const host = await PolicyHost.start(directory);
  try {
    const ready = performance.now();
    const found = await host.judge(stack, plan);
    if (found.length > 0) throw new Error(`${directory} finds something in a plan that breaks no rule: ${found[0]}`);
    const ended = performance.now();
    return { judging: (ended - ready) / 1000, total: (ended - started) / 1000 };
  } finally {
    await host.end();
  }
}

/** So many resources: the parts of a registry, again and again. */
function planOf(parts: (number: number) => readonly Planned[]): Required<Pick<Planned, "name" | "type" | "properties" | "protect">>[] {
  const one = parts(1).length;
  const plan = Array.from({ length: Math.ceil(resources / one) }, (_, number) =>
    parts(number).map(({ type = "docker:index/container:Container", properties, protect = false }, index) => ({
      name: `part-${number}-${index}`,
      type,
      properties,
      protect,
    })),
  );
  return plan.flat().slice(0, resources);
}

function docker(): Planned[] {
  return [{ properties: compliantContainer }];
}

const labels = { app: "registry", project: "bench", env: "bench", owner: "bench" };

function kubernetes(): Planned[] {
  return [
    workload({
      metadata: { labels },
      spec: { replicas: 2 },
      pod: {
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: "RuntimeDefault" } },
        topologySpreadConstraints: [{ topologyKey: "kubernetes.io/hostname" }],
      },
      container: {
        readinessProbe: {},
        resources: { limits: { memory: "512Mi" }, requests: { cpu: "100m" } },
        securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
        env: [{ name: "REGISTRY_HTTP_SECRET", valueFrom: {} }],
      },
    }),
    object(types.podDisruptionBudget, { maxUnavailable: 1, selector }),
    object(types.networkPolicy, { podSelector: selector, policyTypes: ["Ingress"] }),
    object(types.service, { ports: [{ port: 5000 }], selector: selector.matchLabels }),
  ];
}

const key = "arn:aws:kms:eu-central-1:123456789012:key/x";
const tags = { project: "bench", env: "bench", owner: "bench" };

/** The parts of a registry on AWS; each bucket has a name of its own, by which its settings find it. */
function aws(number: number): Planned[] {
  const bucket = `images-${number}`;
  const inClear = { Effect: "Deny", Principal: "*", Action: "s3:*", Condition: { Bool: { "aws:SecureTransport": "false" } } };
  const encryption = { applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: key } };
  const rule = { id: "uploads", status: "Enabled", abortIncompleteMultipartUpload: { daysAfterInitiation: 7 } };
  const block = { blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true };
  return [
    resource("bucket", { bucket, tags }, { protect: true }),
    setting("bucketVersioning", { bucket, versioningConfiguration: { status: "Enabled" } }),
    setting("bucketEncryption", { bucket, rules: [encryption] }),
    setting("bucketPublicAccessBlock", { bucket, ...block }),
    setting("bucketPolicy", { bucket, policy: document(inClear) }),
    setting("bucketLifecycle", { bucket, rules: [rule] }),
    resource("key", { enableKeyRotation: true, tags }, { protect: true }),
    resource("secret", { kmsKeyId: key, tags }),
    resource("logGroup", { kmsKeyId: key, retentionInDays: 180, tags }),
    resource("loadBalancer", { loadBalancerType: "network", enableCrossZoneLoadBalancing: true, subnets: ["subnet-1", "subnet-2"], tags }),
    resource("listener", { port: 443, protocol: "TLS", sslPolicy: "ELBSecurityPolicy-TLS13-1-2-Res-2021-06" }),
    resource("targetGroup", { protocol: "TLS", healthCheck: { protocol: "HTTPS", path: "/health" } }),
    resource("securityGroupIngressRule", { ipProtocol: "tcp", fromPort: 443, toPort: 443, cidrIpv4: "10.0.0.0/8" }),
    resource("rolePolicy", { policy: document({ Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::images/*" }) }),
    task(
      {
        user: "65532",
        readonlyRootFilesystem: true,
        linuxParameters: { capabilities: { drop: ["ALL"] } },
        logConfiguration: { logDriver: "awslogs" },
      },
      { networkMode: "awsvpc" },
    ),
    resource("dnsRecord", { type: "A", ttl: 300, records: ["192.0.2.1"] }),
    resource("certificate", { domainName: "registry.corp.example", validationMethod: "DNS", tags }),
  ];
}
