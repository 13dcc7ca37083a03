import { checkNumber } from "./checks";
import type { Problems } from "./errors";
import { fargateCpus, fargateMemory } from "./fargate";
import { hosts, ports } from "./layout";
import { isArn } from "./resolve-aws-checks";
import { checkNodeCount } from "./resolve-common";
import { Architecture } from "./shape-aws";
import type { AwsNodesShape } from "./shape-aws";
import { filesystemTeamLimit, nfsTeamLimit, sizeFor } from "./sizing";
import type { AwsNodesTopology } from "./topology-aws";

/** Memory of what prepares a task's files, MiB; Fargate counts it although it has ended when the others run. */
export const filesMemoryMiB = 64;

/** Fills in and checks the tasks; `memoryMiB` is what registry and HAProxy may take together. */
export function resolveAwsNodes(teamSize: number, memoryMiB: number, shape: AwsNodesShape, problems: Problems): AwsNodesTopology {
  const count = shape.count ?? sizeFor(teamSize).nodes;
  checkNodeCount(count, problems);
  const cpus = shape.taskCpus ?? cpusFor(teamSize);
  const taskMemoryMiB = resolveMemory(cpus, memoryMiB + filesMemoryMiB, shape, problems);
  const architecture = shape.architecture ?? Architecture.X86_64;
  const architectures: string[] = Object.values(Architecture);
  problems.require(
    architectures.includes(architecture),
    "nodes.architecture",
    `"${architecture}" is not one of ${architectures.join(", ")}`,
  );
  const autoscaling = shape.autoscaling && { maximum: shape.autoscaling.maximum, cpuPercent: shape.autoscaling.cpuPercent ?? 70 };
  if (autoscaling !== undefined) {
    checkNumber(problems, "nodes.autoscaling.maximum", autoscaling.maximum, { from: count, to: hosts.mostNodes, whole: true });
    checkNumber(problems, "nodes.autoscaling.cpuPercent", autoscaling.cpuPercent, { from: 1, to: 100, whole: true });
  }
  const { imageCredentialsArn } = shape;
  problems.require(
    imageCredentialsArn === undefined || isArn(imageCredentialsArn, "secretsmanager"),
    "nodes.imageCredentialsArn",
    `"${imageCredentialsArn}" is not the ARN of a secret in Secrets Manager`,
  );
  return {
    count,
    cpuUnits: cpus * 1024,
    taskMemoryMiB,
    architecture,
    ...(autoscaling === undefined ? {} : { autoscaling }),
    ...(imageCredentialsArn === undefined ? {} : { imageCredentialsArn }),
    waitUntilSteady: shape.waitUntilSteady ?? true,
    balancerPort: ports.taskBalancer,
  };
}

function cpusFor(teamSize: number): number {
  if (teamSize < filesystemTeamLimit) return 0.5;
  return teamSize <= nfsTeamLimit ? 1 : 2;
}

function resolveMemory(cpus: number, neededMiB: number, shape: AwsNodesShape, problems: Problems): number {
  const sizes = fargateMemory(cpus);
  const known = problems.require(
    sizes.length > 0,
    "nodes.taskCpus",
    `Fargate has no tasks of ${cpus} CPUs: give one of ${fargateCpus.join(", ")}`,
  );
  const memoryMiB = shape.taskMemoryMiB ?? sizes.find((size) => size >= neededMiB);
  if (!known) return memoryMiB ?? 0;
  if (memoryMiB === undefined) {
    problems.add(
      "nodes.taskCpus",
      `registry and HAProxy may take ${neededMiB} MiB, and with ${cpus} CPUs Fargate has ${sizes.at(-1)} MiB at the most: give more CPUs, or less memory`,
    );
    return 0;
  }
  if (
    problems.require(
      sizes.includes(memoryMiB),
      "nodes.taskMemoryMiB",
      `Fargate has no tasks of ${cpus} CPUs and ${memoryMiB} MiB: give one of ${sizes.join(", ")}`,
    )
  )
    problems.require(
      memoryMiB >= neededMiB,
      "nodes.taskMemoryMiB",
      `${memoryMiB} MiB hold less than registry and HAProxy may take, ${neededMiB} MiB: give more, or less to nodes.memoryMiB and loadBalancer.memoryMiB`,
    );
  return memoryMiB;
}
