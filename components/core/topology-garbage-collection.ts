/** What garbage collection is told, on every substrate. */
export interface GarbageCollectionSettings {
  /** When it begins every day, `HH:MM`, UTC. */
  startsAt: string;
  /** Age below which nothing is removed, hours. */
  minimumAgeHours: number;
  /** How long pushes under way may go on, seconds. */
  fenceTimeoutSeconds: number;
  /** Whether manifests without a tag go. */
  deleteUntagged: boolean;
  /** Which tags stay, in the order in which rules are tried. */
  retention: RetentionTopology[];
}

/** Which tags of some repositories stay. */
export interface RetentionTopology {
  /** Repositories; `*` stands for any characters. */
  repositories: string;
  /** How many tags stay, the newest. */
  keepLast: number;
  /** How long a tag stays, days. */
  keepDays: number;
  /** Tags that always stay; `*` stands for any characters. */
  keepTags: string[];
}
