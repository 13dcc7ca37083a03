/**
 * Garbage collection. Pulls never stop. While it looks and removes, pushes get 429 with Retry-After, which clients obey. Needs a Redis of the
 * registry's own, whose descriptors of removed blobs are dropped: each node's memory would keep them.
 */
export interface GarbageCollectionShape {
  /** When it begins every day, `HH:MM`, UTC. @default "02:30" */
  startsAt?: string;
  /**
   * Age below which nothing is removed, hours: nothing refers yet to the blobs of a push that is under way.
   * @default 24
   */
  minimumAgeHours?: number;
  /** How long pushes that are under way may go on before they, too, are put off, seconds. @default 60 */
  fenceTimeoutSeconds?: number;
  /** Whether manifests go that have no tag, and that no index with a tag names. @default false */
  deleteUntagged?: boolean;
  /**
   * Which tags go first, by name of the rule: of the rules whose `repositories` fit, the first one in the order of names decides. Tags that
   * stand for signatures and attestations (`sha256-…`) always stay.
   * @default - none: every tag stays
   */
  retention?: Record<string, RetentionShape>;
}

/** Which tags of some repositories stay; all others go. Needs `keepLast`, `keepDays` or both. */
export interface RetentionShape {
  /** Repositories that it is for; `*` stands for any characters. @default "*" */
  repositories?: string;
  /** How many tags stay, those that were pushed last. @default 0 */
  keepLast?: number;
  /** How long a tag stays after it was pushed, days. @default 0 */
  keepDays?: number;
  /** Tags that always stay; `*` stands for any characters, as in `prod-*`. @default - none */
  keepTags?: string[];
}
