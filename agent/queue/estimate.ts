// How long things take: expectations learned from this machine's own history, sensible ones before there is
// any. Pure: whoever calls brings the history and the time.
import type { StageName } from '@myspinbot/shared/job/job.ts';
import { type SpinOptions, sizePixels } from '@myspinbot/shared/project/options.ts';
import type { Lane } from './lanes.ts';
import type { Pace } from './ledger.ts';

/** Milliseconds per unit of work on two slow cores, loading included: before anything was measured. */
const firstGuess: Readonly<Record<StageName, number>> = {
  script: 50,
  look: 2500,
  voice: 800,
  speech: 80,
  timing: 40,
  portrait: 400,
  upscale: 500,
  finish: 90,
};

/** Characters of text that are spoken in a second, over the languages about the same. */
const CHARS_PER_SECOND = 14;
/** A recording's length is known only when it is decoded. */
const RECORDING_GUESS_S = 15;

/** Seconds of speech that a job will have, as far as can be told before any of it was made. */
export function guessSeconds({ narration }: SpinOptions): number {
  if (narration.kind === 'topic') return narration.seconds;
  if (narration.kind === 'recording') return RECORDING_GUESS_S;
  return Math.max(1, narration.text.length / CHARS_PER_SECOND);
}

/** The unit in which a stage's work grows: seconds of speech (at a picture of 720x720, 25 fps), photos, or 1. */
export function workUnits(stage: StageName, options: SpinOptions, seconds: number): number {
  switch (stage) {
    case 'script':
    case 'voice':
      return 1;
    case 'look':
      return options.photos.length;
    case 'speech':
    case 'timing':
    case 'finish':
      return Math.max(1, seconds);
    case 'portrait':
    case 'upscale': {
      const { width, height } = sizePixels(options.size);
      return Math.max(1, seconds) * ((width * height) / (720 * 720)) * (options.fps / 25);
    }
  }
}

/** Expected duration in ms: the median pace of the last measurements, else a first guess. */
export function expectedMs(stage: StageName, units: number, paces: readonly Pace[]): number {
  const rates = paces.map((pace) => pace.ms / pace.units).sort((a, b) => a - b);
  const rate = rates[Math.floor(rates.length / 2)] ?? firstGuess[stage];
  return rate * units;
}

/**
 * Between these, in ms, nine of ten times: what the last measurements were; before there are enough of them, what a slow
 * and a fast machine might need.
 */
export function expectedRangeMs(stage: StageName, units: number, paces: readonly Pace[]): [number, number] {
  const expected = expectedMs(stage, units, paces);
  if (paces.length < 3) return [expected / 2, expected * 3];
  const rates = paces.map((pace) => pace.ms / pace.units).sort((a, b) => a - b);
  const at = (share: number) => rates[Math.round(share * (rates.length - 1))]! * units;
  return [at(0.05), at(0.95)];
}

/**
 * A stage's share done, 0..1, never quite 1 before its end: what it says itself or, of one that says nothing, what its
 * time says. Past the expected time it slows down instead of standing still at the end.
 */
export function stageShare(said: number, elapsedMs: number, expected: number): number {
  const byTime = expected <= 0 ? 0 : 1 - Math.exp(-1.5 * (elapsedMs / expected));
  return Math.min(0.99, said > 0 ? said : byTime);
}

/** A model may have to come from a slow disk first, and work beside the GPU when it does not fit. */
const LEAST_LIMIT_MS: Readonly<Record<Lane, number>> = { cpu: 3 * 60_000, gpu: 15 * 60_000 };

/**
 * After this a stage is taken for hung and ended. Generous, because the machine may be busy or slow: a stage
 * that works is never ended, a stage that hangs is ended some day.
 */
export function stageLimitMs(
  stage: StageName,
  units: number,
  paces: readonly Pace[],
  lane: Lane = 'cpu',
): number {
  const guess = Math.max(firstGuess[stage] * units, expectedMs(stage, units, paces));
  return LEAST_LIMIT_MS[lane] + 15 * guess;
}

/** Time left of a stage that ran for `elapsedMs` and says it has done `fraction`, 0..1. */
export function stageLeftMs(expected: number, elapsedMs: number, fraction: number): number {
  // Never quite nothing while it runs: a tenth of what was expected.
  const byExpectation = Math.max(expected - elapsedMs, expected / 10);
  if (fraction <= 0) return byExpectation;
  const byFraction = (elapsedMs * (1 - fraction)) / fraction;
  return fraction * byFraction + (1 - fraction) * byExpectation;
}
