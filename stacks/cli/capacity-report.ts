import type { StoreUsage } from "./store-usage";
import { Level } from "./level";

/** A look at a store. */
export interface Sample {
  /** When, ISO 8601. */
  time: string;
  /** What the registry kept in it, bytes. */
  storedBytes: number;
}

/** How a store grew. */
export interface Growth {
  /** Bytes per day; 0 for one that shrinks. */
  bytesPerDay: number;
  /** How many days that was seen over. */
  days: number;
}

/** How long a store lasts. What cannot be known is absent. */
export interface Outlook {
  /** Used of used and free, 0 to 1. */
  fullness?: number;
  growth?: Growth;
  /** Days until it is full, as it grows now; absent also when it does not grow. */
  daysToFull?: number;
  /** What should be free, bytes. */
  reserveBytes?: number;
  /** Worst of what was found. */
  level: Level;
  /** What is not well. */
  problems: string[];
}

/** Fullness above which a store wants attention, and is too full (guide 4, 4.2; guide 5, 6.2). */
export const fullness = { attention: 0.85, wrong: 0.9 } as const;

/** Free space to keep, as a multiple of what images grow by (guide 2, advice 2: 200 %) from one quarterly look to the next (guide 5, 8). */
export const reserve = { factor: 2, days: 90 } as const;

/** Days to full below which there is no time left to plan. */
const shortDays = 14;

/** How long growth is looked back, and has to be seen to be told, days. */
const lookBackDays = 90;
const leastDays = 1;

const day = 86_400_000;

/** The growth that a line through the samples of the last three months has; undefined while they tell nothing. */
export function growthOf(samples: readonly Sample[], now = Date.now()): Growth | undefined {
  const points = samples
    .map(({ time, storedBytes }) => ({ x: (Date.parse(time) - now) / day, y: storedBytes }))
    .filter(({ x }) => x >= -lookBackDays && x <= 0);
  const days = Math.max(...points.map(({ x }) => x)) - Math.min(...points.map(({ x }) => x));
  if (points.length < 2 || days < leastDays) return undefined;
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [middle, level] = [mean(points.map(({ x }) => x)), mean(points.map(({ y }) => y))];
  const spread = points.reduce((sum, { x }) => sum + (x - middle) ** 2, 0);
  const slope = points.reduce((sum, { x, y }) => sum + (x - middle) * (y - level), 0) / spread;
  return { bytesPerDay: Math.max(0, Math.round(slope)), days: Math.round(days * 10) / 10 };
}

/** What use and growth mean for the days to come. */
export function outlook({ usedBytes, freeBytes, problem }: Omit<StoreUsage, "kind">, growth: Growth | undefined): Outlook {
  const full = usedBytes === undefined || freeBytes === undefined ? undefined : usedBytes / Math.max(1, usedBytes + freeBytes);
  const daysToFull =
    growth === undefined || growth.bytesPerDay === 0 || freeBytes === undefined ? undefined : Math.floor(freeBytes / growth.bytesPerDay);
  const reserveBytes = growth === undefined ? undefined : reserve.factor * reserve.days * growth.bytesPerDay;
  const found: [Level, string][] = [
    ...(problem === undefined ? [] : [[Level.Wrong, problem] as [Level, string]]),
    ...judgeFullness(full),
    ...(daysToFull !== undefined && daysToFull < shortDays ? [[Level.Wrong, `it is full in ${daysToFull} days`] as [Level, string]] : []),
    ...(reserveBytes !== undefined && freeBytes !== undefined && freeBytes < reserveBytes
      ? [[Level.Attention, `less is free than ${reserve.factor * 100} % of what it grows by in ${reserve.days} days`] as [Level, string]]
      : []),
  ];
  return {
    ...(full === undefined ? {} : { fullness: full }),
    ...(growth === undefined ? {} : { growth }),
    ...(daysToFull === undefined ? {} : { daysToFull }),
    ...(reserveBytes === undefined ? {} : { reserveBytes }),
    level: found.some(([level]) => level === Level.Wrong) ? Level.Wrong : found.length > 0 ? Level.Attention : Level.Ok,
    problems: found.map(([, text]) => text),
  };
}

function judgeFullness(full: number | undefined): [Level, string][] {
  if (full === undefined || full <= fullness.attention) return [];
  return [[full > fullness.wrong ? Level.Wrong : Level.Attention, `${Math.round(full * 100)} % is used`]];
}
