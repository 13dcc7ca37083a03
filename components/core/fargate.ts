/** Amounts of memory that Fargate has for a number of virtual CPUs, MiB (ECS developer guide, "Fargate task CPU and memory"). */
const memorySizes: ReadonlyMap<number, readonly number[]> = new Map([
  [0.25, [512, 1024, 2048]],
  [0.5, steps(1024, 4096, 1024)],
  [1, steps(2048, 8192, 1024)],
  [2, steps(4096, 16_384, 1024)],
  [4, steps(8192, 30_720, 1024)],
  [8, steps(16_384, 61_440, 4096)],
  [16, steps(32_768, 122_880, 8192)],
]);

function steps(from: number, to: number, by: number): number[] {
  return Array.from({ length: (to - from) / by + 1 }, (_, index) => from + index * by);
}

/** Numbers of virtual CPUs that a task can have. */
export const fargateCpus: readonly number[] = [...memorySizes.keys()];

/** Amounts of memory for a number of virtual CPUs, MiB, the least first; none where there is no such number. */
export function fargateMemory(cpus: number): readonly number[] {
  return memorySizes.get(cpus) ?? [];
}
