import type * as inputs from "@pulumi/kubernetes/types/input";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import {
  ports,
  redisAnswers,
  renderRedisScript,
  renderReplicatedRedis,
  renderSentinel,
  renderSentinelScript,
  users,
} from "ha-registry-core";
import type { Member, RedisPasswords } from "ha-registry-core";
import { Files, filesMount, filesVolume, pathOf } from "./files";
import { memoryVolume, podSpec } from "./pod";
import type { ContainerArgs } from "./pod";
import type { RedisInstance } from "./redis";

/** Files that servers and sentinels name. */
const paths = { certificate: pathOf("server.crt"), key: pathOf("server.key"), ca: pathOf("ca.crt") };

/** The name of its pod, by which a server or sentinel finds its own files. */
const podFields = { POD_NAME: "metadata.name" };

/**
 * A pod with a server and a sentinel. Each container has files and passwords of its own. Pods know each other by the names that they keep: addresses change with
 * every start.
 */
export function replicatedPod(name: string, instance: RedisInstance, parent: pulumi.Resource): inputs.core.v1.PodSpec {
  const { topology } = instance;
  const { redis, images } = topology;
  const { passwords, server, sentinel } = passwordsOf(name, instance, parent);
  const serverFiles = files(`${name}-files`, instance, parent, {
    login: pulumi.interpolate`AUTH control ${server}\n`,
    plain: (member) => ({ "redis.sh": renderRedisScript(topology, member, true) }),
    secret: (member) => ({ "redis.conf": passwords.apply((all) => renderReplicatedRedis(topology, member, paths, all)) }),
    members: redis.servers,
  });
  const sentinelFiles = files(`${name}-sentinel-files`, instance, parent, {
    login: pulumi.interpolate`AUTH sentinel ${sentinel}\n`,
    plain: (member) => ({ "sentinel.sh": renderSentinelScript(topology, member, true) }),
    secret: (member) => ({ "sentinel.conf": passwords.apply((all) => renderSentinel(topology, member, paths, all)) }),
    members: redis.sentinels,
  });
  const answers = answering(ports.redis);
  return podSpec({
    topology,
    part: "redis",
    image: images.redis,
    command: ["sh", ownPath("redis.sh"), "serve", pathOf("ca.crt"), pathOf("login"), ownPath("redis.conf")],
    user: users.redis,
    memoryMiB: redis.memoryMiB,
    ...(redis.cpus === undefined ? {} : { cpus: redis.cpus }),
    requests: { memoryMiB: redis.memoryMiB, cpus: Math.min(0.1, redis.cpus ?? 0.1) },
    graceSeconds: 20, // a primary hands over first
    ports: { redis: ports.redis },
    podFields,
    probes: {
      // It waits for sentinels, and one that was the primary until another one is.
      startupProbe: { ...answers, periodSeconds: 1, failureThreshold: 300 },
      readinessProbe: { exec: { command: check() }, periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 2 },
      livenessProbe: { ...answers, periodSeconds: 20, failureThreshold: 3 },
    },
    volumes: [
      filesVolume(serverFiles),
      memoryVolume("data", Math.max(16, Math.ceil(redis.memoryMiB / 2))),
      filesVolume(sentinelFiles, true, "sentinel-files"),
      memoryVolume("sentinel-data", 1),
    ],
    mounts: [filesMount, { name: "data", mountPath: "/data" }],
    beside: [sentinelContainer(instance)],
  });
}

function sentinelContainer({ topology: { redis, images } }: RedisInstance): ContainerArgs {
  const memoryMiB = redis.sentinel?.memoryMiB ?? 32;
  const answers = answering(ports.sentinel);
  return {
    part: "sentinel",
    image: images.redis,
    command: ["sh", ownPath("sentinel.sh"), pathOf("ca.crt"), pathOf("login"), ownPath("sentinel.conf")],
    memoryMiB,
    requests: { memoryMiB, cpus: 0.05 },
    ports: { sentinel: ports.sentinel },
    podFields,
    probes: {
      startupProbe: { ...answers, periodSeconds: 1, failureThreshold: 60 },
      readinessProbe: { tcpSocket: { port: "sentinel" }, periodSeconds: 5 },
      livenessProbe: { ...answers, periodSeconds: 20, failureThreshold: 3 },
    },
    mounts: [
      { ...filesMount, name: "sentinel-files" },
      { name: "sentinel-data", mountPath: "/data" },
    ],
  };
}

/** Passwords of all users, and those that the scripts log in with. */
function passwordsOf(name: string, { password }: RedisInstance, parent: pulumi.Resource) {
  const make = (user: string): pulumi.Output<string> =>
    new random.RandomPassword(`${name}-${user}`, { length: 48, special: false }, { parent }).result;
  const all = { registry: password, replica: make("replica"), sentinel: make("sentinel"), control: make("control") };
  return { passwords: pulumi.output(all) as pulumi.Output<RedisPasswords>, server: all.control, sentinel: all.sentinel };
}

/** What differs between the files of servers and those of sentinels. */
interface InstanceFiles {
  /** What the script sends to log in. */
  login: pulumi.Output<string>;
  /** Files without secrets that a member has of its own. */
  plain: (member: Member) => Record<string, string>;
  /** Files with secrets that a member has of its own. */
  secret: (member: Member) => Record<string, pulumi.Output<string>>;
  /** Who has files. */
  members: readonly Member[];
}

function files(name: string, instance: RedisInstance, parent: pulumi.Resource, { login, plain, secret, members }: InstanceFiles): Files {
  const { topology, namespaceName, caCertificatePem, certificate } = instance;
  return new Files(
    name,
    {
      topology,
      namespaceName,
      part: "redis",
      plain: { "ca.crt": caCertificatePem, "server.crt": certificate.certificatePem, ...ofEach(members, plain) },
      secret: { "server.key": certificate.privateKeyPem, login, ...ofEach(members, secret) },
    },
    { parent },
  );
}

/** The files of all members, each with the name of its pod before its own. */
function ofEach<T>(members: readonly Member[], filesOf: (member: Member) => Record<string, T>): Record<string, T> {
  return Object.fromEntries(
    members.flatMap((member) => Object.entries(filesOf(member)).map(([file, content]) => [`${member.name}.${file}`, content])),
  );
}

/** Path of a file of a pod's own, as Kubernetes fills it in. */
function ownPath(file: string): string {
  return pathOf(`$(POD_NAME).${file}`);
}

function answering(port: number): inputs.core.v1.Probe {
  return { exec: { command: ["sh", "-c", redisAnswers(paths.ca, port)] }, timeoutSeconds: 5 };
}

/** In a probe it is for the shell to fill in the name. */
function check(): string[] {
  return ["sh", "-c", `sh ${pathOf("$POD_NAME.redis.sh")} check ${paths.ca} ${pathOf("login")}`];
}
