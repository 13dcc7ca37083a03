import { checkNumber } from "./checks";
import type { Problems } from "./errors";
import { checkName } from "./resolve-kubernetes-parts";
import { resolveBackupTargets } from "./resolve-backup";
import type { Place } from "./resolve-backup";
import type { KubernetesBackupShape, KubernetesBackupTargetShape } from "./shape-kubernetes-backup";
import type { BackupTargetTopology } from "./topology-backup";
import type { KubernetesBackupTargetTopology, KubernetesBackupTopology } from "./topology-kubernetes-parts";

/** The most letters that the name of a CronJob may have, since names of Jobs are made of it. */
const longestName = 52;

/** Fills in and checks backups. */
export function resolveKubernetesBackup(name: string, shape: KubernetesBackupShape, problems: Problems): KubernetesBackupTopology {
  const claim = (target: string, { existingClaim }: KubernetesBackupTargetShape): Place => {
    checkName(problems, `backup.targets.${target}.existingClaim`, existingClaim);
    return {
      field: "existingClaim",
      kind: "volume",
      ...(existingClaim === undefined ? {} : { topology: { claimName: existingClaim } }),
    };
  };
  const { storageClass, sizeGiB = 10 } = shape.volume ?? {};
  checkName(problems, "backup.volume.storageClass", storageClass);
  checkNumber(problems, "backup.volume.sizeGiB", sizeGiB, { from: 1, to: 16_384, whole: true });
  return {
    targets: resolveBackupTargets(name, shape.targets, claim, problems).map((target) => resolveTarget(name, target, problems)),
    ...(storageClass === undefined ? {} : { storageClass }),
    sizeGiB,
  };
}

function resolveTarget(name: string, target: BackupTargetTopology, problems: Problems): KubernetesBackupTargetTopology {
  const path = `backup.targets.${target.name}`;
  const [backupName, restoreName] = [`${name}-backup-${target.name}`, `${name}-restore-${target.name}`];
  problems.require(
    restoreName.length <= longestName,
    path,
    `the CronJob "${restoreName}" would have ${restoreName.length} letters, and ${longestName} is the most: give the target a shorter name`,
  );
  const { everyMinutes, startsAtMinute } = target;
  problems.require(
    60 % everyMinutes === 0 || everyMinutes % 60 === 0,
    `${path}.everyMinutes`,
    `a CronJob cannot run every ${everyMinutes} minutes: give 15, 30, 60, 120, 360 or 1440, for example`,
  );
  return { ...target, backupName, restoreName, schedule: schedule(startsAtMinute, everyMinutes) };
}

/** From minutes of the day on, evenly: the minutes, and the hours. */
function schedule(start: number, every: number): string {
  const hour = Math.floor(start / 60);
  const minutes = steps(start % 60, every, 60);
  return every < 60 ? `${minutes} * * * *` : `${minutes} ${steps(hour, every / 60, 24)} * * *`;
}

/** All of a circle that are so many steps from each other; `*` for each of them. */
function steps(start: number, step: number, size: number): string {
  if (step === 1) return "*";
  const first = start % step;
  const all: number[] = [];
  for (let each = first; each < size; each += step) all.push(each);
  return step >= size ? String(start) : all.join(",");
}
