import { readFileSync, readdirSync } from "node:fs";

/**
 * Ends providers of Pulumi's that outlived the engine that started them: Pulumi puts each into a process group of its own, and a killed engine
 * takes none along. They would stay for ever, and one may still be at what it was told to do. Only those of engines with this backend are
 * ended, and only where there is /proc; elsewhere they stay.
 *
 * @returns how many there were.
 */
export function endOrphans(backendUrl: string): number {
  const orphans = processes().filter((pid) => isOrphan(pid, `PULUMI_BACKEND_URL=${backendUrl}`));
  for (const pid of orphans) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  }
  return orphans.length;
}

function processes(): number[] {
  return read("/proc/self/comm") === "" ? [] : readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
}

function isOrphan(pid: number, variable: string): boolean {
  if (!read(`/proc/${pid}/comm`).startsWith("pulumi-resource")) return false; // the kernel keeps 15 characters
  const parent = /\) \S (\d+)/.exec(read(`/proc/${pid}/stat`))?.[1] ?? "";
  return read(`/proc/${parent}/comm`).trim() !== "pulumi" && read(`/proc/${pid}/environ`).split("\0").includes(variable);
}

/** Empty for a process that has ended, or that is another user's. */
function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
