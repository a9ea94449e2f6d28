import { type Counts, endedOf, hasEnded, type JobProgress, workedOf } from "./job_progress.ts";
import { LEAST_MS, SlidingRate } from "./sliding_rate.ts";

/** How fast the tasks of a part end. What cannot be told yet, or is over, is undefined. */
export interface Pace {
  /** Tasks a second, above 0. */
  readonly perSecond?: number;
  /** Until the part ends, in ms, if it goes on like that. */
  readonly leftMs?: number;
  /** How long the part took, in ms: once it has ended, where its begin was seen too, and not at once before its end. */
  readonly tookMs?: number;
}

/** Longest time that is foretold, in ms: a hundred days. */
const FORESEEN_MS = 100 * 86_400_000;

interface Course {
  readonly rate: SlidingRate;
  readonly beganMs: number;
  readonly atBegin: number;
  endedMs?: number;
}

/** Measures a job's parts while they run. */
export class JobPace {
  readonly #courses = new Map<number, Course>();

  /** @param nowMs of any clock that only goes forward */
  note(progress: JobProgress, nowMs: number): void {
    progress.forEach(({ counts }, part) => {
      let course = this.#courses.get(part);
      // A part runs from when the one before it has ended; those that had ended when first seen are of no interest.
      const before = progress[part - 1];
      if (!course && !hasEnded(counts) && (!before || hasEnded(before.counts))) {
        course = { rate: new SlidingRate(), beganMs: nowMs, atBegin: endedOf(counts) };
        this.#courses.set(part, course);
      }
      if (!course) return;
      course.rate.note(workedOf(counts), nowMs);
      if (hasEnded(counts)) course.endedMs ??= nowMs;
    });
  }

  of(part: number, counts: Counts, nowMs: number): Pace {
    const course = this.#courses.get(part);
    if (!course) return {};
    if (course.endedMs !== undefined) return this.#whole(course, counts, course.endedMs - course.beganMs);
    const perSecond = course.rate.perSecond(nowMs);
    if (perSecond === undefined) return {};
    const leftMs = (counts.tasks - endedOf(counts)) / perSecond * 1000;
    return leftMs > FORESEEN_MS ? { perSecond } : { perSecond, leftMs };
  }

  #whole({ atBegin }: Course, counts: Counts, tookMs: number): Pace {
    if (atBegin > 0 || tookMs < LEAST_MS) return {};
    const worked = workedOf(counts);
    return worked > 0 ? { tookMs, perSecond: worked / tookMs * 1000 } : { tookMs };
  }
}
