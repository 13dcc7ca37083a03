/** Directory of a task's files. `/dev/shm` is memory that any user may write to in every container, also where the root is read-only. */
export const taskDirectory = "/dev/shm/ha-registry";

/** Path of a file of a task. */
export function taskPath(name: string): string {
  return `${taskDirectory}/${name}`;
}

/** Environment variable that holds a file of a task, as `HA_REGISTRY_FILE_CONFIG_YML`. */
export function taskVariable(name: string): string {
  return `HA_REGISTRY_FILE_${name.toUpperCase().replace(/[^A-Z0-9]/g, "_")}`;
}

/**
 * The script that a container of a task starts with: it writes the container's files, which come as environment variables, since Fargate has no other way for
 * files that needs neither root nor another image, and then becomes the program, which sees none of those variables.
 *
 * @param names Names of the files.
 * @param command The program and its arguments.
 */
export function renderTaskScript(names: readonly string[], command: readonly string[]): string {
  return [
    "set -eu",
    "umask 077",
    `mkdir -p ${taskDirectory}`,
    ...names.map((name) => `printf '%s' "$${taskVariable(name)}" > ${taskPath(name)}`),
    `unset ${names.map(taskVariable).join(" ")}`,
    `exec ${command.join(" ")}`,
  ].join("\n");
}
