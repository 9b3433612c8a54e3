import type { JobPhase } from '@myspinbot/shared/job/life.ts';
import { restReasons } from '@myspinbot/shared/job/rules.ts';
import { describe, expect, it } from 'vitest';
import { createFakeLive } from '../live/fake-live.ts';
import { fakeAgent, seeded } from '../live/fake-people.ts';
import type { JobView, Workstation } from '../live/live.ts';
import { isOn, jobWords, phaseMark } from './job-words.ts';
import { restWords } from './rest-words.ts';

// A record over JobPhase, so that a new phase fails to compile here as well as in the words.
const phases: Record<JobPhase, { on: boolean }> = {
  'waiting-for-workstation': { on: true },
  'cancelled-before-start': { on: false },
  'waiting-for-assets': { on: true },
  queued: { on: true },
  claimed: { on: true },
  running: { on: true },
  paused: { on: true },
  cancelling: { on: true },
  cancelled: { on: false },
  failed: { on: false },
  superseded: { on: false },
  succeeded: { on: false },
};
const workstations: Workstation[] = [
  { state: 'here', agent: fakeAgent },
  { state: 'looking', since: 0 },
  { state: 'away', since: 0 },
];
const job = (phase: JobPhase): JobView => ({ ...createFakeLive().job(seeded.running)!, phase });

describe('job words', () => {
  for (const [phase, { on }] of Object.entries(phases) as [JobPhase, { on: boolean }][]) {
    it.each(workstations)(
      `says ${phase} in whole sentences while the workstation is $state`,
      (workstation) => {
        const words = jobWords(job(phase), undefined, workstation);
        expect(words.short).not.toBe('');
        expect(words.title).toMatch(/^[A-Z]/);
        expect(words.next).toMatch(/^[A-Z0-9].*\.$/);
        expect(words.kept).toMatch(/\.$/);
        expect(`${words.title} ${words.next} ${words.kept}`).not.toMatch(
          /oops|error occurred|undefined|NaN/i,
        );
      },
    );

    it(`counts ${phase} as ${on ? 'on' : 'over'}`, () => {
      expect(isOn(phase)).toBe(on);
      expect(['waiting', 'running', 'failed', undefined]).toContain(phaseMark(phase));
    });
  }

  it('never says that work goes on here while the workstation is away', () => {
    const words = jobWords(job('waiting-for-workstation'), undefined, { state: 'away', since: 0 });
    expect(words.title).toBe('Waiting for your workstation');
    expect(words.next).toContain('by itself');
    expect(words.kept).toContain('kept on this device');
  });

  it('tells what leaving does to files on their way, as it is', () => {
    const here: Workstation = { state: 'here', agent: fakeAgent };
    const sending = { ...job('waiting-for-assets'), uploadLeft: 3_400_000 };
    expect(jobWords(sending, undefined, here).next).toBe(
      '3.4 MB still to go. Keep the app open until this is sent.',
    );
    expect(jobWords(sending, undefined, here, { isGoingOn: true }).next).toContain(
      'goes on in the background',
    );
    const away: Workstation = { state: 'away', since: 0 };
    expect(jobWords(sending, undefined, away, { isGoingOn: true }).next).not.toContain('background');
  });

  it('shows the estimate only where there is one', () => {
    const running = job('running');
    const here: Workstation = { state: 'here', agent: fakeAgent };
    const progress = {
      job: running.request.id,
      stage: 'portrait',
      stageFraction: 0.4,
      fraction: 0.62,
    } as const;
    expect(jobWords(running, progress, here).short).toBe('62 %');
    expect(jobWords(running, { ...progress, leftMs: 41_000 }, here).short).toBe(
      '62 %, about 45 seconds left',
    );
  });

  it('counts the jobs before one that is queued', () => {
    const here: Workstation = { state: 'here', agent: fakeAgent };
    expect(jobWords(job('queued'), undefined, here, { before: 1 }).next).toMatch(/^One job is before it/);
    expect(jobWords(job('queued'), undefined, here, { before: 3 }).next).toMatch(/^3 jobs are before it/);
  });

  it("takes a failure's own sentence and next step", () => {
    const failed = createFakeLive().job(seeded.failed)!;
    const words = jobWords(failed, undefined, { state: 'here', agent: undefined });
    expect(words.title).toBe('No face was found in robin.jpg.');
    expect(words.next).toBe('Use a photo in which one face looks at the camera.');
  });

  it('says how sure the estimate is, and when it takes longer than it ever did', () => {
    const running = job('running');
    const here: Workstation = { state: 'here', agent: fakeAgent };
    const progress = {
      job: running.request.id,
      stage: 'portrait',
      stageFraction: 0.4,
      fraction: 0.62,
      leftMs: 120_000,
    } as const;
    const title = (left: number, range: [number, number]) =>
      jobWords(running, { ...progress, leftMs: left, leftRangeMs: range }, here).title;
    expect(title(120_000, [60_000, 230_000])).toBe('About 2 minutes left, between 1 and 4');
    expect(title(40_000, [22_000, 130_000])).toBe('About 40 seconds left, between 20 seconds and 3 minutes');
    expect(title(120_000, [0, 230_000])).toBe('About 2 minutes left, at most 4 minutes');
    expect(title(120_000, [120_000, 120_000])).toBe('About 2 minutes left');
    const late = { ...progress, fraction: 0.99, leftMs: 4_000, leftRangeMs: [0, 4_000] as [number, number] };
    expect(jobWords(running, late, here).title).toBe('Longer than usual. It is still at work.');
    expect(jobWords(running, late, here).short).toBe('Longer than usual');
  });

  it('says that it was begun again by itself, and with smaller settings', () => {
    const running = job('running');
    const here: Workstation = { state: 'here', agent: fakeAgent };
    const run = { ...running.run!, tries: 2, smaller: true };
    const { next } = jobWords({ ...running, run }, undefined, here);
    expect(next).toContain('It stopped 2 times and was begun again by itself.');
    expect(next).toContain('Memory ran out, so it is made with smaller settings.');
  });

  it('says when it is tried again, and what a full disk needs', () => {
    const here: Workstation = { state: 'here', agent: fakeAgent };
    const queued = job('queued');
    const at = new Date(2026, 4, 4, 14, 32).getTime();
    const failure = {
      code: 'timeout',
      message: 'The voice did not answer.',
      hint: '',
      retry: 'soon',
    } as never;
    const again = {
      ...queued,
      run: { ...queued.run!, waits: { why: 'back-off', until: at, failure } as const },
    };
    expect(jobWords(again, undefined, here).short).toBe('Tried again at 14:32');
    expect(jobWords(again, undefined, here).next).toBe(
      'The voice did not answer. The next try begins at 14:32.',
    );
    const full = { ...queued, run: { ...queued.run!, waits: { why: 'disk-full' } as const } };
    expect(jobWords(full, undefined, here).next).toContain('Make room there');
  });

  it.each(restReasons)(
    'says why the line rests (%s), but not of a job that does not wait for that',
    (why) => {
      const here: Workstation = { state: 'here', agent: fakeAgent };
      const until = new Date(2026, 4, 4, 7, 0).getTime();
      const words = jobWords(job('queued'), undefined, here, { rest: { why, until } });
      expect(words.short).toBe(restWords({ why, until }).short);
      expect(words.next).toMatch(/\.$/);
      const hurried = { ...job('queued'), wish: { retry: 0, hidden: false, now: true } };
      expect(jobWords(hurried, undefined, here, { rest: { why } }).short).toBe('Next in line');
    },
  );

  it('takes the word of a person at once, also while nobody has heard it', () => {
    const away: Workstation = { state: 'away', since: 0 };
    const wish = { retry: 0, hidden: false };
    const short = (phase: JobPhase, more: Partial<JobView['wish']>, run?: Partial<JobView['run']>) => {
      const view = { ...job(phase), wish: { ...wish, ...more } } as JobView;
      return jobWords({ ...view, run: { ...view.run!, ...run } }, undefined, away).short;
    };
    expect(short('queued', { pausedAt: 1 }, { state: 'queued' })).toBe('Paused');
    expect(short('running', { pausedAt: 1 }, { state: 'running' })).toBe('Pausing');
    expect(short('paused', {}, { state: 'paused' })).toBe('Next in line');
    expect(short('queued', { cancelledAt: 1 }, { state: 'queued' })).toBe('Stopping');
  });
});
