/** A tag that was moved to a manifest. */
export interface TagWrite {
  tag: string;
  digest: string;
  /** When the request was sent, milliseconds on one clock. */
  start: number;
  /** When it was acknowledged; Infinity for a request that failed, since it may have been stored all the same, and may be later. */
  end: number;
}

/** A tag that was looked up. */
export interface TagRead {
  tag: string;
  digest: string;
  /** When the request was sent. */
  start: number;
  /** When the answer was complete. */
  end: number;
}

/**
 * Reads that no honest registry returns: of something that was never written there, or that another acknowledged write had
 * replaced before the read began. A read during a write may see either.
 *
 * @returns one line for each, empty when all is well.
 */
export function staleReads(writes: readonly TagWrite[], reads: readonly TagRead[]): string[] {
  const byTag = new Map<string, TagWrite[]>();
  for (const { tag } of writes) byTag.set(tag, []);
  for (const write of writes) byTag.get(write.tag)?.push(write);
  return reads.flatMap((read) => {
    const candidates = byTag.get(read.tag) ?? [];
    const seen = candidates.filter(({ digest, start }) => digest === read.digest && start <= read.end);
    if (seen.length === 0) return [`${read.tag} was read as ${read.digest}, which nobody had written there`];
    const fresh = seen.some((write) => !candidates.some((later) => later.start > write.end && later.end < read.start));
    return fresh ? [] : [`${read.tag} was read as ${read.digest}, ${staleBy(read, candidates)} ms after a newer write was acknowledged`];
  });
}

function staleBy(read: TagRead, writes: readonly TagWrite[]): number {
  return Math.round(read.start - Math.max(...writes.filter(({ end }) => end < read.start).map(({ end }) => end)));
}
